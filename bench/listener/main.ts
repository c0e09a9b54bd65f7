import { waitOf } from "../../shared/protocol/close-codes.ts";
import { EVENT_LENGTH_AT_LEAST, nowMicros, publishedAt } from "../lib/events.ts";
import { summaryOf } from "../lib/stats.ts";
import { DIALOGUES, type Reaction } from "./dialogues.ts";
import { clientFrame, FrameReader, OPCODE } from "./frames.ts";
import type { Connect, FromListener, Return, ToListener } from "./messages.ts";

/** So many opening at once: more would overflow the server's queue of connections. */
const OPENING = 100;
const SAMPLED_SOCKETS = 25;
const SAMPLES_AT_MOST = 500_000;

const counts: number[] = [];
let total = 0;
let closed = 0;
let latencies: number[] = [];
let returning: Return | null = null;
let firstClosedAt = Number.NaN;
let levelAfter: number[] = [];

const say = (message: FromListener): void => void process.send?.(message);

const sample = (end: Buffer): void => {
  const micros = nowMicros() - publishedAt(end.toString("latin1"));
  if (latencies.length < SAMPLES_AT_MOST) latencies.push(micros / 1_000);
};

const upgradeRequest = (port: number, path: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "",
    "",
  ].join("\r\n");

/** What becomes of a socket's events: their times are taken too, they are counted, or they are never read. */
type Reads = "sampled" | "counted" | "nothing";
type Line = {
  write(bytes: Buffer): void;
  feed(chunk: Buffer): void;
  /** What the server asked to wait before coming again, in milliseconds. */
  waitMs: number | null;
};

/** One socket from its upgrade on; `joined` is called once. */
const createLine = (
  index: number,
  isSampled: boolean,
  { protocol }: Connect,
  texts: readonly string[],
  write: (bytes: Buffer) => void,
  joined: () => void,
): Line => {
  const dialogue = DIALOGUES[protocol];
  let head = "";
  let isOpen = false;
  const speak = (text: string) => write(clientFrame(OPCODE.TEXT, Buffer.from(text)));
  const react = ({ says, answers, isJoined }: Reaction) => {
    const text = says === undefined ? answers : texts[says];
    if (text !== undefined) speak(text);
    if (isJoined) joined();
  };
  const reader = new FrameReader(EVENT_LENGTH_AT_LEAST, isSampled, {
    short: (opcode, payload) => {
      if (opcode === OPCODE.PING) write(clientFrame(OPCODE.PONG, payload));
      else if (opcode === OPCODE.CLOSE) line.waitMs = waitOf(payload.readUInt16BE(0), payload.toString("utf8", 2));
      else if (opcode === OPCODE.TEXT) react(dialogue.hear(payload.toString()) ?? {});
    },
    long: (end) => {
      const count = (counts[index] ?? 0) + 1;
      counts[index] = count;
      total += 1;
      if (count === returning?.events) levelAfter.push(performance.now() - firstClosedAt);
      if (end !== null) sample(end);
    },
  });
  const open = (chunk: Buffer) => {
    head += chunk.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!head.startsWith("HTTP/1.1 101")) throw new Error(`an upgrade was refused: ${head.slice(0, 200)}`);
    isOpen = true;
    for (const text of texts.slice(0, dialogue.first)) speak(text);
    if (head.length > end + 4) reader.feed(Buffer.from(head.slice(end + 4), "latin1"));
  };
  const line: Line = { write, feed: (chunk) => (isOpen ? reader.feed(chunk) : open(chunk)), waitMs: null };
  return line;
};

const openSocket = (index: number, plan: Connect, texts: readonly string[], reads: Reads): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  Bun.connect<Line>({
    hostname: "127.0.0.1",
    port: plan.port,
    socket: {
      open: (socket) => {
        const write = (bytes: Buffer) => void socket.write(bytes);
        const joined = () => {
          if (reads === "nothing") socket.pause();
          resolve();
        };
        socket.data = createLine(index, reads === "sampled", plan, texts, write, joined);
        write(Buffer.from(upgradeRequest(plan.port, DIALOGUES[plan.protocol].path)));
      },
      data: (socket, chunk) => {
        try {
          socket.data.feed(chunk);
        } catch (error) {
          if (returning === null) say({ type: "failed", message: String(error) });
          socket.terminate();
        }
      },
      close: (socket) => {
        closed += 1;
        reject(new Error("a socket was closed before it had joined"));
        comeBack(index, plan, texts, socket.data.waitMs);
      },
    },
  }).catch((error: unknown) => {
    reject(error);
    comeBack(index, plan, texts, null);
  });
  return promise;
};

/** Full jitter, as clients have it, so that all together do not come in one moment; or when the server says. */
const comeBack = (index: number, plan: Connect, texts: readonly string[], waitMs: number | null): void => {
  if (returning === null) return;
  if (Number.isNaN(firstClosedAt)) firstClosedAt = performance.now();
  const { port, withinMs, epoch, firstSeq, tenants } = returning;
  setTimeout(
    () => {
      const since = { epoch, seq: firstSeq + (counts[index] ?? 0) };
      const join = JSON.stringify({ type: "subscribe", tenantId: tenants[index], since });
      openSocket(index, { ...plan, port }, [texts[0] ?? "", join], "counted").catch(() => {});
    },
    waitMs ?? Math.random() * withinMs,
  );
};

const connectOne = (plan: Connect, texts: readonly string[], reads: Reads): Promise<void> =>
  openSocket(counts.push(0) - 1, plan, texts, reads);

const connect = async (plan: Connect): Promise<void> => {
  const { sockets, stalled = 0 } = plan;
  const reading = sockets.length - stalled;
  const every = Math.max(1, Math.floor(reading / SAMPLED_SOCKETS));
  let next = 0;
  const work = async () => {
    for (let index = next++; index < sockets.length; index = next++) {
      const reads = index >= reading ? "nothing" : index % every === every - 1 ? "sampled" : "counted";
      await connectOne(plan, sockets[index] ?? [], reads);
    }
  };
  await Promise.all(Array.from({ length: OPENING }, work));
};

process.on("message", (message: ToListener) => {
  switch (message.type) {
    case "connect":
      connect(message).then(
        () => say({ type: "joined" }),
        (error: unknown) => say({ type: "failed", message: String(error) }),
      );
      return;
    case "return":
      returning = message;
      say({ type: "returning" });
      return;
    case "levels":
      say({ type: "levels", closed, level: levelAfter.length, after: summaryOf(levelAfter) });
      return;
    case "reset":
      counts.fill(0);
      total = 0;
      latencies = [];
      levelAfter = [];
      say({ type: "reset" });
      return;
    case "count":
      say({ type: "counted", total, closed });
      return;
    case "report":
      say({ type: "report", counts, latency: summaryOf(latencies), closed });
  }
});
// The bench is gone, so nobody waits for anything.
process.on("disconnect", () => process.exit(0));
say({ type: "up" });
