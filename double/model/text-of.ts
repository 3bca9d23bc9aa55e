// What the scripted model was told, as one text: instructions, messages and what commands printed, in either API.

/** All texts of a request's body, one after the other. */
export function textOf(body: unknown): string {
  const texts: string[] = [];
  JSON.stringify(body ?? null, (key, value: unknown) => {
    if ((key === "text" || key === "content" || key === "output") && typeof value === "string") texts.push(value);
    return value;
  });
  return texts.join("\n");
}
