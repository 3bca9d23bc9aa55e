// Words of people that go to a reviewer beside the change: what cannot be seen is spelled out, what is too long is cut. The
// code under review never passes through here: a reviewer must see it as it is.

// Format, control and private characters, unpaired surrogates, variation selectors: text direction, zero width, tags.
// https://trojansource.codes/ and https://www.unicode.org/charts/PDF/UE0000.pdf
const HIDDEN = /[\p{Cf}\p{Cs}\p{Co}\u{FE00}-\u{FE0D}\u{E0100}-\u{E01EF}\u2028\u2029]+|(?![\t\n])\p{Cc}+/gu;

/** LF line ends; a run of hidden characters becomes `[hidden: U+202E]`, or `[hidden: U+E0041 and 11 more]`. */
export function plainText(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(HIDDEN, (run) => {
    const characters = Array.from(run);
    const code = (characters[0]?.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `[hidden: U+${code}${characters.length === 1 ? "" : ` and ${characters.length - 1} more`}]`;
  });
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s+/g, " ").trim();
}

/** At most about `maxBytes` of UTF-8, whole characters; `isCut` says whether something is missing. */
export function cutText(text: string, maxBytes: number): { text: string; isCut: boolean } {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= maxBytes) return { text, isCut: false };
  const kept = new TextDecoder().decode(bytes.subarray(0, maxBytes)).replace(/\uFFFD+$/, "");
  return { text: `${kept}\n[… cut here, ${bytes.length - maxBytes} bytes more]`, isCut: true };
}

/**
 * Takes away the shapes that codex gives a meaning of its own in a prompt: `$name` brings in a skill, and a link can name
 * one too (measured with 0.169.0: both work even where the list of skills is turned off).
 */
export function withoutMentions(text: string): string {
  return text.replace(/\$(?=[A-Za-z_{])/g, "$ ").replace(/\](?=[(:[])/g, "] ");
}
