// What one check of `rondo doctor` is and says. A check never throws for anything it finds: what is wrong is its answer.

/** The processes that a check-up can be about; `serve` holds what web and worker hold. */
export type Role = "serve" | "web" | "worker";

/**
 * What a check found. `found` and `todo` are sentences for the operator, without secrets. `lacks` says of an error
 * whether the configuration is wrong or something outside it is missing (Redis, GitHub, git, disk space): the exit code.
 */
export type Finding =
  | { status: "ok" | "skipped"; found: string }
  | { status: "warning"; found: string; todo: string }
  | { status: "error"; found: string; todo: string; lacks: "configuration" | "service" };

/** One check. */
export type Check = {
  /** Stable, kebab-case; scripts rely on it. */
  id: string;
  /** Heading under which it is shown. */
  group: string;
  title: string;
  /** The process that this check is about; `any` for every one. */
  of: "any" | "web" | "worker";
  /** True when it asks GitHub; `--offline` skips it. */
  isRemote?: boolean;
  run(): Promise<Finding>;
};

/** A check with its answer. */
export type Result = Finding & Pick<Check, "id" | "group" | "title">;

/** As it should be; `found` is the fact. */
export const ok = (found: string): Finding => ({ status: "ok", found });

/** Not asked; `found` is the reason. */
export const skipped = (found: string): Finding => ({ status: "skipped", found });

/** It works, but not for long or not as meant. */
export const warning = (found: string, todo: string): Finding => ({ status: "warning", found, todo });

/** The configuration keeps Rondo from working. */
export const wrong = (found: string, todo: string): Finding => ({
  status: "error",
  found,
  todo,
  lacks: "configuration",
});

/** Something that Rondo needs is not there. */
export const missing = (found: string, todo: string): Finding => ({ status: "error", found, todo, lacks: "service" });

/** 0 without errors, 78 when the configuration is wrong, 69 when only a service is missing. */
export function exitCodeOfResults(results: readonly Result[]): 0 | 69 | 78 {
  const lacks = results.flatMap((result) => (result.status === "error" ? [result.lacks] : []));
  if (lacks.includes("configuration")) return 78;
  return lacks.length === 0 ? 0 : 69;
}
