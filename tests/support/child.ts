import { own } from "./lifetime.ts";

export type ChildOptions = {
  cwd?: string;
  /** The whole environment; nothing of the developer's shell is inherited. */
  env?: Record<string, string | undefined>;
  /** System user to run as; needs root. */
  user?: string;
};

export type Child = {
  readonly pid: number;
  /** The output of both streams so far, for the messages of failing tests. */
  readonly output: () => string;
  readonly stdout: () => string;
  readonly exited: Promise<number>;
  readonly running: () => boolean;
  /** Resolves to the first match of `pattern` in the output; throws with the output if the child ends first or after `timeoutMs`. */
  readonly printed: (pattern: RegExp, timeoutMs: number) => Promise<RegExpExecArray>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Sends `signal`, and SIGKILL after `graceMs`; resolves to the exit code. */
  readonly end: (signal?: NodeJS.Signals, graceMs?: number) => Promise<number>;
};

const GRACE_MS = 15_000;
const LAST_OUTPUT_MS = 1_000;
const SETPRIV = process.platform === "linux" ? Bun.which("setpriv") : null;

/** The variables that any program needs to run. */
export const bareEnvironment = (): Record<string, string | undefined> => ({
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  TMPDIR: process.env["TMPDIR"],
  LANG: "C.UTF-8",
  TZ: "UTC",
});

/** The kernel kills the child with this process, even if the runner is killed. setpriv execs, so the pid is the child's. */
const wrapped = (command: string[], user: string | undefined): string[] => {
  if (SETPRIV) {
    const asUser = user ? ["--reuid", user, "--regid", user, "--init-groups"] : [];
    return [SETPRIV, ...asUser, "--pdeathsig", "KILL", "--", ...command];
  }
  return user ? ["runuser", "-u", user, "--", ...command] : command;
};

/** Starts a program; it is ended with the test file at the latest. */
export const startChild = (command: string[], options: ChildOptions = {}): Child => {
  const child = Bun.spawn(wrapped(command, options.user), {
    ...(options.cwd && { cwd: options.cwd }),
    env: options.env ?? bareEnvironment(),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let both = "";
  let out = "";
  let heard = Promise.withResolvers<void>();
  const wake = (): void => {
    heard.resolve();
    heard = Promise.withResolvers();
  };
  const collect = async (stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      take(decoder.decode(chunk, { stream: true }));
      wake();
    }
  };
  const closed = Promise.all([
    collect(child.stdout, (text) => {
      both += text;
      out += text;
    }),
    collect(child.stderr, (text) => {
      both += text;
    }),
  ]).then(() => {});
  const exited = child.exited.then(async (exitCode) => {
    // A grandchild may keep the pipes open longer.
    await Promise.race([closed, Bun.sleep(LAST_OUTPUT_MS)]);
    return exitCode;
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;

  const printed = async (pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> => {
    const late = Bun.sleep(timeoutMs).then(() => "late" as const);
    for (;;) {
      const match = pattern.exec(both);
      if (match) return match;
      const what = await Promise.race([heard.promise, closed.then(() => exited), late]);
      if (what === undefined || pattern.test(both)) continue;
      const why = what === "late" ? `did not print ${pattern} within ${timeoutMs} ms` : `ended (${what})`;
      throw new Error(`${command.join(" ")} ${why}; it printed:\n${both}`);
    }
  };

  const end = async (signal: NodeJS.Signals = "SIGTERM", graceMs = GRACE_MS): Promise<number> => {
    forget();
    if (running()) {
      // A stopped process receives no signal but SIGKILL until SIGCONT.
      child.kill("SIGCONT");
      child.kill(signal);
    }
    const kill = setTimeout(() => child.kill("SIGKILL"), graceMs);
    const exitCode = await exited;
    clearTimeout(kill);
    return exitCode;
  };
  const forget = own(async () => void (await end("SIGTERM", 5_000)));

  return {
    pid: child.pid,
    output: () => both,
    stdout: () => out,
    exited,
    running,
    printed,
    signal: (signal) => child.kill(signal),
    end,
  };
};
