import { ROOT } from "./paths.ts";

export type Outcome = { ok: boolean; exitCode: number; output: string; timedOut: boolean };

export type RunOptions = {
  env?: Record<string, string | undefined>;
  /** Also prints the output as it arrives. */
  live?: boolean;
  timeoutMs?: number;
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const KILL_AFTER_MS = 5_000;
const LAST_OUTPUT_MS = 2_000;

const drain = async (stream: ReadableStream<Uint8Array>, collect: (text: string) => void): Promise<void> => {
  const decoder = new TextDecoder();
  for await (const chunk of stream) collect(decoder.decode(chunk, { stream: true }));
};

/**
 * Runs a command in the repository's root and collects its output. Terminates the command on a signal to this process
 * or after `timeoutMs`. The command's own children end with it only if the command is Bun.
 */
export const run = async (command: string[], options: RunOptions = {}): Promise<Outcome> => {
  const child = Bun.spawn(command, {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let output = "";
  const collect = (sink: NodeJS.WriteStream) => (text: string) => {
    output += text;
    if (options.live) sink.write(text);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    child.kill(signal);
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  let timedOut = false;
  let kill: Timer | undefined;
  const timeout = options.timeoutMs
    ? setTimeout(() => {
        timedOut = true;
        child.kill("SIGTERM");
        kill = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
      }, options.timeoutMs)
    : undefined;
  try {
    const printed = Promise.all([
      drain(child.stdout, collect(process.stdout)),
      drain(child.stderr, collect(process.stderr)),
    ]);
    const exitCode = await child.exited;
    // A grandchild that outlives the command may keep the pipe open for ever.
    await Promise.race([printed, Bun.sleep(LAST_OUTPUT_MS)]);
    return { ok: exitCode === 0 && !timedOut, exitCode, output: Bun.stripANSI(output), timedOut };
  } finally {
    clearTimeout(timeout);
    clearTimeout(kill);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
};

/** Runs a file with the Bun of this process, which may not be on the PATH. */
export const runBun = (args: string[], options?: RunOptions): Promise<Outcome> =>
  run([process.execPath, ...args], options);
