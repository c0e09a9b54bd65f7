import type { Down } from "../../../shared/protocol/down.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import type { Up } from "../../../shared/protocol/up.ts";
import { upSchema } from "../../../shared/protocol/up.ts";
// Loaded here, so that in simulated time it never has to be waited for.
import "../fallback/load-fallback.ts";
import type { Notice } from "../notices.ts";
import type { OpenStream, PollAnswer, RealtimePorts, SocketHandlers, StreamEnd, TokenAnswer } from "../ports.ts";
import { RealtimeClient } from "../realtime-client.ts";
import { SimClock, settle } from "./sim-clock.ts";

export const T = "01900000-0000-7000-8000-000000000001";
const LIFETIME_SECONDS = 600;

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

export type FakeSocket = {
  readonly url: string;
  readonly sent: Up[];
  readonly open: () => void;
  readonly say: (message: Down | Record<string, unknown>) => void;
  readonly sayText: (text: string) => void;
  readonly end: (code: number, reason?: string) => void;
  closedBy: number | null;
};

export type FakeStream = {
  readonly tenantId: string;
  /** As text, `null` when the client had no position. */
  readonly since: string | null;
  /** The answer begins, at this head. */
  readonly open: (head?: Position) => void;
  readonly connected: (at: Position, recovered?: boolean) => void;
  readonly say: (message: Down) => void;
  readonly sayAs: (event: string, data: Record<string, unknown>) => void;
  readonly comment: (text: string) => void;
  readonly end: (end: StreamEnd) => void;
  isClosed: boolean;
};

/** The other side of a client, played by hand: what it asks is listed, and it hears what a test says. */
export const fakeBackend = (
  options: { readonly random?: () => number; readonly polls?: boolean; readonly streams?: boolean } = {},
) => {
  const clock = new SimClock();
  const sockets: FakeSocket[] = [];
  const notices: Notice[] = [];
  const streams: FakeStream[] = [];
  const polls: { tenantId: string; since: string }[] = [];
  const backend = {
    clock,
    sockets,
    streams,
    notices,
    polls,
    tokens: 0,
    /** The tenants that the next tokens name. */
    tenants: [T] as string[],
    nextToken: null as TokenAnswer | null,
    nextPoll: { kind: "failed" } as PollAnswer,
    /** Polls are answered when this resolves. */
    pollGate: Promise.resolve(),
  };
  const connect = (url: string, handlers: SocketHandlers) => {
    let isOpen = false;
    const socket: FakeSocket = {
      url,
      sent: [],
      closedBy: null,
      open: () => {
        isOpen = true;
        handlers.onOpen();
      },
      say: (message) => handlers.onText(JSON.stringify(message)),
      sayText: (text) => handlers.onText(text),
      end: (code, reason = "") => handlers.onClose(code, reason),
    };
    sockets.push(socket);
    return {
      // As in a browser: before it is open nothing leaves.
      send: (text: string) => {
        if (isOpen) socket.sent.push(upSchema.parse(JSON.parse(text)));
      },
      close: (code = 1000) => {
        socket.closedBy = code;
      },
    };
  };
  const openStream: OpenStream = (tenantId, since, handlers) => {
    const heard = (run: () => void) => {
      if (!stream.isClosed) run();
    };
    const sayAs = (event: string, data: Record<string, unknown>) =>
      heard(() => handlers.onEvent({ event, data: JSON.stringify(data) }));
    const stream: FakeStream = {
      tenantId,
      since: since === null ? null : `${since.epoch}:${since.seq}`,
      isClosed: false,
      open: (head) => heard(() => handlers.onOpen(head ?? null)),
      connected: (at, recovered = true) => sayAs("connected", { ...at, recovered }),
      say: (message) => sayAs("message", message),
      sayAs,
      comment: (text) => heard(() => handlers.onComment(text)),
      end: (end) => heard(() => handlers.onEnd(end)),
    };
    streams.push(stream);
    return () => {
      stream.isClosed = true;
    };
  };
  const fetchToken = async (): Promise<TokenAnswer> => {
    backend.tokens += 1;
    if (backend.nextToken !== null) return backend.nextToken;
    const iat = Math.floor(clock.now() / 1_000);
    const tenants = Object.fromEntries(backend.tenants.map((id) => [id, { epoch: "e1", seq: 0 }]));
    const claims = { aud: "artel-realtime", sub: "u", sid: "s", name: "U", tenants, iat, exp: iat + LIFETIME_SECONDS };
    const token = `h.${encoded(claims)}.${backend.tokens}`;
    return { kind: "token", token: { token, url: "/ws", expiresAt: "2026-01-01T00:10:00.000Z" } };
  };
  const ports: RealtimePorts = {
    connect,
    fetchToken,
    clock,
    random: options.random ?? (() => 0.5),
    ...(options.streams ? { stream: openStream } : {}),
    ...(options.polls
      ? {
          poll: async (tenantId, since) => {
            polls.push({ tenantId, since: `${since.epoch}:${since.seq}` });
            await backend.pollGate;
            return backend.nextPoll;
          },
        }
      : {}),
  };
  const client = new RealtimeClient(ports);
  client.listen((notice) => notices.push(notice));

  const socket = (): FakeSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error("there is no socket");
    return last;
  };
  /** Of the streams that the client holds, the last one. */
  const stream = (): FakeStream => {
    const last = streams.findLast(({ isClosed }) => !isClosed);
    if (last === undefined) throw new Error("there is no stream");
    return last;
  };
  const ready = (): void =>
    socket().say({
      type: "ready",
      connectionId: "me",
      userId: "u",
      heartbeatSeconds: 25,
      expiresAt: "2026-01-01T00:10:00.000Z",
    });
  /** Starts and lets the client in. */
  const open = async (): Promise<FakeSocket> => {
    client.start();
    await settle();
    socket().open();
    ready();
    return socket();
  };
  const kinds = (): string[] => notices.filter(({ kind }) => kind !== "status").map(({ kind }) => kind);
  return Object.assign(backend, { client, socket, stream, ready, open, kinds });
};

export const subscribed = (seq: number, recovered: boolean, epoch = "e1"): Down => ({
  type: "subscribed",
  tenantId: T,
  epoch,
  seq,
  recovered,
});

export const event = (seq: number, epoch = "e1"): Down => ({
  type: "message",
  tenantId: T,
  initiatorId: "u",
  action: "THING_HAPPENED",
  data: {},
  seq,
  epoch,
  at: "2026-01-01T00:00:00.000Z",
});

export const heartbeat = (heads: Record<string, { epoch: string; seq: number }>): Down => ({
  type: "heartbeat",
  heads,
});

export const at = (seq: number, epoch = "e1"): Position => ({ epoch, seq });

export const types = (sent: readonly Up[]): string[] => sent.map(({ type }) => type);

/** Live at a position, with everything said until then forgotten. */
export const live = async (seq = 10, options: Parameters<typeof fakeBackend>[0] = {}) => {
  const backend = fakeBackend(options);
  backend.client.join(T);
  backend.client.held(T, at(seq), backend.client.generation(T));
  const socket = await backend.open();
  socket.say(subscribed(seq, true));
  socket.sent.length = 0;
  backend.notices.length = 0;
  return { ...backend, socket };
};

/** The right to the tenant ended, and is back since the connection is lost: a state of it was read. */
export const backWithoutSocket = async (options: Parameters<typeof fakeBackend>[0] = {}) => {
  const backend = fakeBackend(options);
  backend.client.join(T);
  const socket = await backend.open();
  backend.tenants = [];
  socket.say({ type: "unsubscribed", tenantId: T, reason: "revoked" });
  await settle();
  if (backend.client.subscription(T).kind !== "denied") throw new Error("the tenant was not given up");
  socket.end(1006);
  backend.tenants = [T];
  backend.client.outdated(T);
  return backend;
};
