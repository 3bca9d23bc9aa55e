// What the architecture test uses of the generator; the generator itself stays plain JavaScript so that it runs unbuilt.
export function staleDocuments(load: (file: string) => Promise<unknown>): Promise<readonly string[]>;
