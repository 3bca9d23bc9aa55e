// Four kinds of tests share one runner; `--project` picks one.
// Process-level stories run against the built `dist/`, which the global set-up builds once.
// No walls between files (`isolate: false`): without them the modules are loaded once for each worker and not once for
// each file, and the judge of the stories compiles GitHub's contracts once. What a test changes of its process (its
// environment, its folder, listeners) it must put back.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["tests/unit/**/*.test.ts", "tests/architecture.test.ts"],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "adapters",
          include: ["tests/adapters/**/*.test.ts", "tests/double/**/*.test.ts"],
          globalSetup: ["tests/support/build-once.ts"],
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "rounds",
          include: ["tests/rounds/**/*.test.ts"],
          globalSetup: ["tests/support/build-once.ts"],
          isolate: false,
          testTimeout: 120_000,
        },
      },
      {
        // By itself the gate sizes (`npm run torture:gate`); `npm run torture` plays everything (tests/torture/suite.ts).
        test: {
          name: "torture",
          include: ["tests/torture/**/*.test.ts"],
          globalSetup: ["tests/support/build-once.ts"],
          isolate: false,
          testTimeout: 120_000,
        },
      },
    ],
    // Twice the two cores this is meant for: stories and adapters wait more than they compute.
    maxWorkers: 4,
  },
});
