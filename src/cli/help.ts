// The help texts, made from what each command says about itself: none can miss an option.
import { version } from "../version.ts";
import type { Command, CommandOption } from "./command.ts";

/** `rondo --help`. */
export function overview(commands: readonly Command[]): string {
  return `rondo ${version}: takes a pull request through review rounds until it is READY for a human to merge.

Usage: rondo COMMAND [OPTIONS]

Commands:
${summaries(commands)}

rondo COMMAND --help shows the options of a command. rondo --version prints the version.
Exit codes: 0 fine, 1 blockers found, 2 wrong use or input, 3 no result, 69 a service is missing, 78 configuration.
`;
}

/** `rondo COMMAND --help`. */
export function commandHelp(command: Command): string {
  const options: [string, string][] = [
    ...Object.entries(command.options).map(([name, option]): [string, string] => [flag(name, option), option.help]),
    ["-h, --help", "show this text"],
  ];
  const environment = Object.entries(command.environment ?? {});
  const sections = [
    `rondo ${command.name}: ${command.summary}`,
    `Usage: rondo ${command.usage}`,
    ...(command.subcommands === undefined ? [] : [`Commands:\n${summaries(command.subcommands)}`]),
    `Options:\n${table(options)}`,
    ...(environment.length === 0
      ? []
      : [`Environment${command.hasEnvFile === false ? "" : " (.env is read too)"}:\n${table(environment)}`]),
    `Examples:\n${command.examples.map((example) => `  ${example}`).join("\n")}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function summaries(commands: readonly Command[]): string {
  return table(commands.map(({ name, summary }) => [name, summary]));
}

function flag(name: string, { short, type, value }: CommandOption): string {
  const start = short === undefined ? "    " : `-${short}, `;
  return `${start}--${name}${type === "string" ? ` ${value ?? "VALUE"}` : ""}`;
}

function table(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
