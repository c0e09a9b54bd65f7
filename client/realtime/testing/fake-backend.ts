import type { Down } from "../../../shared/protocol/down.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import type { Up } from "../../../shared/protocol/up.ts";
import { upSchema } from "../../../shared/protocol/up.ts";
// Loaded here, because a dynamic import would not resolve in simulated time.
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
  /** Delivers a server message to the client. */
  readonly deliver: (message: Down | Record<string, unknown>) => void;
  readonly deliverText: (text: string) => void;
  readonly end: (code: number, reason?: string) => void;
  closedBy: number | null;
};

export type FakeStream = {
  readonly tenantId: string;
  /** `<epoch>:<seq>`, `null` without a position. */
  readonly since: string | null;
  /** Begins the response, which names this head. */
  readonly open: (head?: Position) => void;
  readonly connected: (at: Position, recovered?: boolean) => void;
  readonly deliver: (message: Down) => void;
  readonly emit: (event: string, data: Record<string, unknown>) => void;
  readonly comment: (text: string) => void;
  readonly end: (end: StreamEnd) => void;
  isClosed: boolean;
};

/** A client and its backend in simulated time. Requests are recorded, and the test sends the answers. */
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
    /** The tenants in the claims of the next tokens. */
    tenants: [T] as string[],
    nextToken: null as TokenAnswer | null,
    nextPoll: { kind: "failed" } as PollAnswer,
    /** Polls wait for this before they are answered. */
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
      deliver: (message) => handlers.onText(JSON.stringify(message)),
      deliverText: (text) => handlers.onText(text),
      end: (code, reason = "") => handlers.onClose(code, reason),
    };
    sockets.push(socket);
    return {
      // A browser sends nothing before the socket is open.
      send: (text: string) => {
        if (isOpen) socket.sent.push(upSchema.parse(JSON.parse(text)));
      },
      close: (code = 1000) => {
        socket.closedBy = code;
      },
    };
  };
  const openStream: OpenStream = (tenantId, since, handlers) => {
    const whileOpen = (run: () => void) => {
      if (!stream.isClosed) run();
    };
    const emit = (event: string, data: Record<string, unknown>) =>
      whileOpen(() => handlers.onEvent({ event, data: JSON.stringify(data) }));
    const stream: FakeStream = {
      tenantId,
      since: since === null ? null : `${since.epoch}:${since.seq}`,
      isClosed: false,
      open: (head) => whileOpen(() => handlers.onOpen(head ?? null)),
      connected: (at, recovered = true) => emit("connected", { ...at, recovered }),
      deliver: (message) => emit("message", message),
      emit,
      comment: (text) => whileOpen(() => handlers.onComment(text)),
      end: (end) => whileOpen(() => handlers.onEnd(end)),
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
  const client = new RealtimeClient(ports, { isKnownAction: (action) => action === "THING_HAPPENED" });
  client.on((notice) => notices.push(notice));

  const socket = (): FakeSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error("there is no socket");
    return last;
  };
  /** The last stream that is open. */
  const stream = (): FakeStream => {
    const last = streams.findLast(({ isClosed }) => !isClosed);
    if (last === undefined) throw new Error("there is no stream");
    return last;
  };
  const ready = (): void =>
    socket().deliver({
      type: "ready",
      connectionId: "me",
      userId: "u",
      heartbeatSeconds: 25,
      expiresAt: "2026-01-01T00:10:00.000Z",
    });
  /** Starts the client and accepts its token. */
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

/** A client that is live at a position, with no recorded requests or notices. */
export const live = async (seq = 10, options: Parameters<typeof fakeBackend>[0] = {}) => {
  const backend = fakeBackend(options);
  backend.client.join(T);
  backend.client.confirmSnapshot(T, at(seq), backend.client.generation);
  const socket = await backend.open();
  socket.deliver(subscribed(seq, true));
  socket.sent.length = 0;
  backend.notices.length = 0;
  return { ...backend, socket };
};

/** The right to the tenant ended, and came back while there was no connection: a snapshot could be read. */
export const backWithoutSocket = async (options: Parameters<typeof fakeBackend>[0] = {}) => {
  const backend = fakeBackend(options);
  backend.client.join(T);
  const socket = await backend.open();
  backend.tenants = [];
  socket.deliver({ type: "unsubscribed", tenantId: T, reason: "revoked" });
  await settle();
  if (backend.client.subscription(T).kind !== "denied") throw new Error("the tenant was not denied");
  socket.end(1006);
  backend.tenants = [T];
  backend.client.historyEnded(T);
  return backend;
};
