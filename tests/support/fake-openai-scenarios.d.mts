import type { FakeStep } from "./fake-openai.d.mts";

/** A review without findings, as the schema wants it. */
export const CLEAN_REVIEW: string;
/** Every scenario by name. */
export const SCENARIOS: Readonly<Record<string, FakeStep[] | ((n: number, body: unknown) => FakeStep)>>;
