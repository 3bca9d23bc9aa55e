// A process that has loaded the built program once and runs commands of it, one after the other, for command-host.ts.
// Around each command it sets what a start of `rondo` would find: folder, environment, standard input, and afterwards
// takes away what a process takes with it when it ends: the variables, and listeners on signals.
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

const built = resolve(process.env["RONDO_TEST_DIST"] ?? "dist", "src/cli/run-cli.js");
const { runCli } = await import(pathToFileURL(built).href);
const home = process.cwd();
const SIGNALS = ["SIGINT", "SIGTERM"];

process.on("message", (request) => void answer(request));
process.on("disconnect", () => process.exit(0));
process.send("ready");

async function answer(request) {
  process.send({ id: request.id, ...(await run(request)) });
}

async function run({ args, cwd, env, stdin }) {
  const written = { out: "", err: "" };
  const restore = [collect(process.stdout, (text) => (written.out += text))];
  restore.push(collect(process.stderr, (text) => (written.err += text)));
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  Object.defineProperty(process, "stdin", { value: Readable.from([Buffer.from(stdin)]), configurable: true });
  const listeners = SIGNALS.map((name) => process.listenerCount(name));
  try {
    const io = { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) };
    const code = await runCli(args, io);
    const left = SIGNALS.filter((name, at) => process.listenerCount(name) !== listeners[at]);
    if (left.length > 0) throw new Error(`rondo ${args.join(" ")} left a listener on ${left.join()} behind`);
    return { code, ...written };
  } catch (error) {
    return { code: null, ...written, err: `${written.err}${error.stack}` };
  } finally {
    for (const undo of restore) undo();
    process.chdir(home);
  }
}

/** Takes what is written to a stream of this process, and answers as a stream does. */
function collect(stream, take) {
  const { write } = stream;
  stream.write = (chunk, encoding, done) => {
    take(chunk.toString());
    const told = typeof encoding === "function" ? encoding : done;
    if (told !== undefined) setImmediate(() => told());
    return true;
  };
  return () => void (stream.write = write);
}
