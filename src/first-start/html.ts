// A template for HTML in which nothing can be forgotten: every value becomes text unless it is a piece of HTML already.

/** Finished HTML; only `markup` makes it. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Text and numbers are escaped, lists joined; undefined, null and false are nothing. */
export type HtmlValue = Html | string | number | null | undefined | false | readonly HtmlValue[];

/**
 * Template tag; values are safe in text and inside double-quoted attributes. It is not named `html`, because the formatter
 * would then move blanks, which count in `<pre>` and `<style>`.
 */
export function markup(parts: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + textOf(values[index])).join(""));
}

function textOf(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(textOf).join("");
  return String(value).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
