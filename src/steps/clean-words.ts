// What a reviewer said, before anybody sees it: no folder of this machine, and nothing to apply that was changed.
import type { Checkout } from "../checkouts.ts";
import type { Finding } from "../findings/finding.ts";

/** Places are named as the repository names them, without the folders of this machine. */
export function withoutPaths(text: string, { checkoutDir, tree }: Checkout): string {
  const folders = tree ? [checkoutDir, tree.dir] : [checkoutDir];
  return folders.reduce((rest, folder) => rest.replaceAll(`${folder}/`, "").replaceAll(folder, "."), text);
}

/** A replacement from which something was taken out is no longer code that anybody may apply. */
export function cleaned(finding: Finding, clean: (text: string) => string): Finding {
  const shown = { ...finding, title: clean(finding.title), body: clean(finding.body) };
  if (!finding.suggestion) return shown;
  const text = clean(finding.suggestion.text);
  const applies = finding.suggestion.applies && text === finding.suggestion.text;
  return { ...shown, suggestion: { ...finding.suggestion, text, applies } };
}
