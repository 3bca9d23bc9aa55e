// `rondo completion`: prints the completion script of a shell, made from what each command says about itself. The script
// stands alone: pressing Tab starts no Rondo, only git for branch names.
import { UserError } from "../errors.ts";
import type { Candidates, Command } from "./command.ts";

const SHELLS = ["bash", "zsh"] as const;

/** The command, which proposes what `commands` gives: they are listed in commands.ts, and it is one of them. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: "completion",
    summary: "print the completion script of a shell",
    usage: "completion bash|zsh",
    options: {},
    maxPositionals: 1,
    positionals: [SHELLS],
    examples: ['eval "$(rondo completion bash)"', 'eval "$(rondo completion zsh)"'],
    run: async ({ positionals: [shell] }) => {
      const known = SHELLS.find((one) => one === shell);
      if (known === undefined) throw unknownShell(shell);
      process.stdout.write(await completionScript(known, commands()));
      return 0;
    },
  };
}

function unknownShell(shell: string | undefined): UserError {
  const problem = shell === undefined ? "For which shell?" : `There is no completion for ${shell}.`;
  return new UserError(problem, {
    code: "USAGE",
    hint: `Say rondo completion ${SHELLS.join(" or rondo completion ")}.`,
  });
}

/** The script that `shell` reads; with bash's own completion functions in both, which zsh knows too. */
async function completionScript(shell: (typeof SHELLS)[number], commands: readonly Command[]): Promise<string> {
  const all = commands.flatMap((command) => [command, ...(command.subcommands ?? [])]);
  const cases = await Promise.all(all.map(caseOf));
  const words = [...commands.map((command) => command.name), "help", "--help", "--version"];
  const groups = commands.filter((command) => command.subcommands !== undefined).map((command) => command.name);
  return `${HEADS[shell]}${FUNCTIONS}
_rondo() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} name=\${COMP_WORDS[1]} first=2
  COMPREPLY=()
  if [ "$prev" = = ]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; elif [ "$cur" = = ]; then cur=; fi
  if [ "$COMP_CWORD" -eq 1 ]; then _rondo_words ${quote(words.join(" "))}; return; fi
  case "$name" in
    help) [ "$COMP_CWORD" -eq 2 ] && _rondo_words ${quote(commands.map((command) => command.name).join(" "))}; return ;;
    ${groups.join("|")}) if [ "$COMP_CWORD" -gt 2 ]; then name="$name \${COMP_WORDS[2]}"; first=3; fi ;;
  esac
  case "$name" in
${cases.join("\n")}
  esac
}
complete -F _rondo rondo
`;
}

/** zsh knows `complete` once bashcompinit has run; its arrays count from 1 unless told otherwise. */
const HEADS = {
  bash: '# Completion of rondo for bash: eval "$(rondo completion bash)"\n',
  zsh: '# Completion of rondo for zsh: eval "$(rondo completion zsh)" after compinit\nautoload -U +X bashcompinit && bashcompinit\n',
};

/**
 * What stands at `cur` decides: the value of an option, a further option, or the argument of that position. `_rondo_nth`
 * counts arguments; an option that wants a value takes the word after it.
 */
const FUNCTIONS = `_rondo_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_rondo_files() { local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null || :; }
_rondo_folders() { local IFS=$'\\n'; COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames 2>/dev/null || :; }
_rondo_branches() {
  COMPREPLY=($(compgen -W "$(git for-each-ref --format='%(refname:short)' refs/heads refs/remotes refs/tags 2>/dev/null)" -- "$cur"))
}
_rondo_nth() {
  local at=$1 n=0 word
  while [ "$at" -lt "$COMP_CWORD" ]; do
    word=\${COMP_WORDS[at]}
    case " $2 " in *" $word "*) at=$((at + 1)) ;; *) case "$word" in -?*) ;; *) n=$((n + 1)) ;; esac ;; esac
    at=$((at + 1))
  done
  echo "$n"
}
`;

async function caseOf({ name, options, positionals = [], subcommands }: Command): Promise<string> {
  if (subcommands !== undefined) {
    const words = subcommands.map((one) => one.name.slice(name.length + 1)).join(" ");
    return `    ${quote(name)}) _rondo_words ${quote(`${words} --help`)} ;;`;
  }
  const entries = Object.entries(options);
  const valued = entries.filter(([, option]) => option.type === "string");
  const flags = [...entries.map(([option]) => `--${option}`), "--help"].join(" ");
  const values = await Promise.all(
    valued.map(async ([option, { candidates }]) => `        --${option}) ${await propose(candidates)}; return ;;`),
  );
  const places = await Promise.all(
    positionals.map(async (candidates, at) => `        ${at}) ${await propose(candidates)} ;;`),
  );
  const withValue = quote(valued.map(([option]) => `--${option}`).join(" "));
  return [
    `    ${quote(name)})`,
    ...(values.length === 0 ? [] : ['      case "$prev" in', ...values, "      esac"]),
    ...(places.length === 0
      ? [`      _rondo_words ${quote(flags)} ;;`]
      : [
          `      case "$cur" in -*) _rondo_words ${quote(flags)}; return ;; esac`,
          `      case "$(_rondo_nth "$first" ${withValue})" in`,
          ...places,
          "      esac ;;",
        ]),
  ].join("\n");
}

async function propose(candidates: Candidates | undefined): Promise<string> {
  if (candidates === undefined) return ":";
  if (candidates === "file") return "_rondo_files";
  if (candidates === "folder") return "_rondo_folders";
  if (candidates === "branch") return "_rondo_branches";
  return `_rondo_words ${quote((typeof candidates === "function" ? await candidates() : candidates).join(" "))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
