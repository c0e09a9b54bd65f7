import { waitOf } from "../../shared/protocol/close-codes.ts";
import { EVENT_LENGTH_AT_LEAST, nowMicros, publishedAt } from "../lib/events.ts";
import { summaryOf } from "../lib/stats.ts";
import { clientFrame, FrameReader, OPCODE } from "./frames.ts";
import type { Connect, FromListener, Reconnect, ToListener } from "./messages.ts";
import { PROTOCOL_HANDLERS, type Reaction } from "./protocols.ts";

/** Sockets that open at a time; more would overflow the server's accept queue. */
const MAX_OPENING = 100;
const SAMPLED_SOCKETS = 25;
const MAX_SAMPLES = 500_000;

const counts: number[] = [];
let total = 0;
let closed = 0;
let latencies: number[] = [];
let reconnectPlan: Reconnect | null = null;
let firstClosedAt = Number.NaN;
let catchUpTimes: number[] = [];

const post = (message: FromListener): void => void process.send?.(message);

const sample = (end: Buffer): void => {
  const micros = nowMicros() - publishedAt(end.toString("latin1"));
  if (latencies.length < MAX_SAMPLES) latencies.push(micros / 1_000);
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

/** Whether a socket's events are counted with their latency, only counted, or never read. */
type Reads = "sampled" | "counted" | "nothing";
type Client = {
  write(bytes: Buffer): void;
  feed(chunk: Buffer): void;
  /** The retry delay of the server's close frame, in milliseconds. */
  retryAfterMs: number | null;
};

/** One socket, from its upgrade on. Calls `joined` once. */
const createClient = (
  index: number,
  isSampled: boolean,
  { protocol }: Connect,
  texts: readonly string[],
  write: (bytes: Buffer) => void,
  joined: () => void,
): Client => {
  const handler = PROTOCOL_HANDLERS[protocol];
  let head = "";
  let isOpen = false;
  const sendText = (text: string) => write(clientFrame(OPCODE.TEXT, Buffer.from(text)));
  const react = ({ sends, reply, isJoined }: Reaction) => {
    const text = sends === undefined ? reply : texts[sends];
    if (text !== undefined) sendText(text);
    if (isJoined) joined();
  };
  const reader = new FrameReader(EVENT_LENGTH_AT_LEAST, isSampled, {
    onShort: (opcode, payload) => {
      if (opcode === OPCODE.PING) write(clientFrame(OPCODE.PONG, payload));
      else if (opcode === OPCODE.CLOSE)
        client.retryAfterMs = waitOf(payload.readUInt16BE(0), payload.toString("utf8", 2));
      else if (opcode === OPCODE.TEXT) react(handler.onText(payload.toString()) ?? {});
    },
    onLong: (tail) => {
      const count = (counts[index] ?? 0) + 1;
      counts[index] = count;
      total += 1;
      if (count === reconnectPlan?.events) catchUpTimes.push(performance.now() - firstClosedAt);
      if (tail !== null) sample(tail);
    },
  });
  const open = (chunk: Buffer) => {
    head += chunk.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    if (!head.startsWith("HTTP/1.1 101")) throw new Error(`an upgrade was rejected: ${head.slice(0, 200)}`);
    isOpen = true;
    for (const text of texts.slice(0, handler.initial)) sendText(text);
    if (head.length > end + 4) reader.feed(Buffer.from(head.slice(end + 4), "latin1"));
  };
  const client: Client = { write, feed: (chunk) => (isOpen ? reader.feed(chunk) : open(chunk)), retryAfterMs: null };
  return client;
};

const openSocket = (index: number, plan: Connect, texts: readonly string[], reads: Reads): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  Bun.connect<Client>({
    hostname: "127.0.0.1",
    port: plan.port,
    socket: {
      open: (socket) => {
        const write = (bytes: Buffer) => void socket.write(bytes);
        const joined = () => {
          if (reads === "nothing") socket.pause();
          resolve();
        };
        socket.data = createClient(index, reads === "sampled", plan, texts, write, joined);
        write(Buffer.from(upgradeRequest(plan.port, PROTOCOL_HANDLERS[plan.protocol].path)));
      },
      data: (socket, chunk) => {
        try {
          socket.data.feed(chunk);
        } catch (error) {
          if (reconnectPlan === null) post({ type: "failed", message: String(error) });
          socket.terminate();
        }
      },
      close: (socket) => {
        closed += 1;
        reject(new Error("a socket was closed before it had joined"));
        reconnect(index, plan, texts, socket.data.retryAfterMs);
      },
    },
  }).catch((error: unknown) => {
    reject(error);
    reconnect(index, plan, texts, null);
  });
  return promise;
};

/** Reconnects after the delay that the server requested, else with full jitter like the client. */
const reconnect = (index: number, plan: Connect, texts: readonly string[], retryAfterMs: number | null): void => {
  if (reconnectPlan === null) return;
  if (Number.isNaN(firstClosedAt)) firstClosedAt = performance.now();
  const { port, withinMs, epoch, firstSeq, tenants } = reconnectPlan;
  setTimeout(
    () => {
      const since = { epoch, seq: firstSeq + (counts[index] ?? 0) };
      const join = JSON.stringify({ type: "subscribe", tenantId: tenants[index], since });
      openSocket(index, { ...plan, port }, [texts[0] ?? "", join], "counted").catch(() => {});
    },
    retryAfterMs ?? Math.random() * withinMs,
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
  await Promise.all(Array.from({ length: MAX_OPENING }, work));
};

process.on("message", (message: ToListener) => {
  switch (message.type) {
    case "connect":
      connect(message).then(
        () => post({ type: "joined" }),
        (error: unknown) => post({ type: "failed", message: String(error) }),
      );
      return;
    case "reconnect":
      reconnectPlan = message;
      post({ type: "reconnecting" });
      return;
    case "catch-up":
      post({ type: "catch-up", closed, caughtUp: catchUpTimes.length, times: summaryOf(catchUpTimes) });
      return;
    case "reset":
      counts.fill(0);
      total = 0;
      latencies = [];
      catchUpTimes = [];
      post({ type: "reset" });
      return;
    case "count":
      post({ type: "counted", total, closed });
      return;
    case "report":
      post({ type: "report", counts, latency: summaryOf(latencies), closed });
  }
});
// The parent process has ended.
process.on("disconnect", () => process.exit(0));
post({ type: "up" });
