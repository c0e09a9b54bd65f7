import { EVENT_LENGTH_AT_LEAST, nowMicros, publishedAt } from "../lib/events.ts";
import { summaryOf } from "../lib/stats.ts";
import { DIALOGUES, type Reaction } from "./dialogues.ts";
import { clientFrame, FrameReader, OPCODE } from "./frames.ts";
import type { Connect, FromListener, ToListener } from "./messages.ts";

/** So many opening at once: more would overflow the server's queue of connections. */
const OPENING = 100;
const SAMPLED_SOCKETS = 25;
const SAMPLES_AT_MOST = 500_000;

const counts: number[] = [];
let total = 0;
let closed = 0;
let latencies: number[] = [];

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

type Line = { write(bytes: Buffer): void; feed(chunk: Buffer): void };

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
      else if (opcode === OPCODE.TEXT) react(dialogue.hear(payload.toString()) ?? {});
    },
    long: (end) => {
      counts[index] = (counts[index] ?? 0) + 1;
      total += 1;
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
  return { write, feed: (chunk) => (isOpen ? reader.feed(chunk) : open(chunk)) };
};

const connectOne = async (plan: Connect, texts: readonly string[], isSampled: boolean): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const index = counts.push(0) - 1;
  await Bun.connect<Line>({
    hostname: "127.0.0.1",
    port: plan.port,
    socket: {
      open: (socket) => {
        const write = (bytes: Buffer) => void socket.write(bytes);
        socket.data = createLine(index, isSampled, plan, texts, write, resolve);
        write(Buffer.from(upgradeRequest(plan.port, DIALOGUES[plan.protocol].path)));
      },
      data: (socket, chunk) => {
        try {
          socket.data.feed(chunk);
        } catch (error) {
          say({ type: "failed", message: String(error) });
          socket.terminate();
        }
      },
      close: () => {
        closed += 1;
        reject(new Error("a socket was closed before it had joined"));
      },
    },
  });
  await promise;
};

const connect = async (plan: Connect): Promise<void> => {
  const { sockets } = plan;
  const every = Math.max(1, Math.floor(sockets.length / SAMPLED_SOCKETS));
  let next = 0;
  const work = async () => {
    for (let index = next++; index < sockets.length; index = next++) {
      await connectOne(plan, sockets[index] ?? [], index % every === every - 1);
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
    case "reset":
      counts.fill(0);
      total = 0;
      latencies = [];
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
