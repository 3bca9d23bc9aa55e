// Draws the badges that img.shields.io would serve: the label or label|message and the colour stand in the URL.
// URL form: https://shields.io/badges

// The named colours of shields.io, as close as needed to tell them apart.
const COLOURS: Record<string, string> = {
  brightgreen: "#3fb950",
  green: "#2da44e",
  yellowgreen: "#8f9d1f",
  yellow: "#bf8700",
  orange: "#e16f24",
  red: "#cf222e",
  blue: "#0969da",
  grey: "#57606a",
  gray: "#57606a",
  lightgrey: "#8c959f",
  lightgray: "#8c959f",
};

const PREFIX = /^https:\/\/img\.shields\.io\/badge\/(?<content>[^?#]+)/;

/** A `data:` URL with the badge as SVG, or undefined when the image is not such a badge. */
export function badgeDataUrl(url: string): string | undefined {
  const content = PREFIX.exec(url)?.groups?.["content"];
  if (content === undefined) return undefined;
  const parts = decode(content)
    .replace(/\.svg$/, "")
    .split(/(?<!-)-(?!-)/);
  const colour = parts.length > 1 ? (parts.pop() ?? "") : "";
  const label = parts.map((part) => part.replaceAll("--", "-").replaceAll("__", " ").replaceAll("_", " ")).join(" | ");
  return `data:image/svg+xml,${encodeURIComponent(drawBadge(label, fill(colour)))}`;
}

function drawBadge(label: string, colour: string): string {
  const width = Math.round(label.length * 7.2) + 12;
  const text = label.replace(/[<>&"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="18" role="img">` +
    `<rect width="${width}" height="18" rx="4" fill="${colour}"/>` +
    `<text x="${width / 2}" y="13" text-anchor="middle" font-family="Verdana,sans-serif" font-size="11" font-weight="bold" fill="#fff">${text}</text></svg>`
  );
}

function fill(colour: string): string {
  const named = COLOURS[colour.toLowerCase()];
  if (named) return named;
  return /^(?:[\da-f]{3}|[\da-f]{6})$/i.test(colour) ? `#${colour}` : "#57606a";
}

/** A broken escape stays as it is written. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
