import { realtimeTokenSchema } from "../../shared/protocol/realtime-token.ts";
import type { Clock, OpenStream, Poll, RealtimePorts, SocketFactory, TokenAnswer } from "../realtime/ports.ts";
import { type ApiClient, ApiProblem } from "./api-client.ts";

export const browserClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Resolves the token's socket address, which may be relative to the page's origin. */
export const socketAddress = (url: string, page: string): string => {
  const address = new URL(url, page);
  address.protocol = address.protocol.replace(/^http/, "ws");
  return address.href;
};

const connect: SocketFactory = (url, handlers) => {
  const socket = new WebSocket(socketAddress(url, window.location.href));
  socket.onopen = handlers.onOpen;
  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (typeof data === "string") handlers.onText(data);
  };
  socket.onclose = ({ code, reason }) => handlers.onClose(code, reason);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code) => socket.close(code),
  };
};

export const fetchTokenOver = (api: ApiClient) => async (): Promise<TokenAnswer> => {
  try {
    const answer = await api.request({
      method: "POST",
      path: "/realtime/token",
      body: {},
      schema: realtimeTokenSchema,
    });
    return { kind: "token", token: answer.data };
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return { kind: "denied" };
    if (!(error instanceof ApiProblem)) return { kind: "failed", retryAfterSeconds: null };
    return { kind: "failed", retryAfterSeconds: error.retryAfterSeconds, code: error.code };
  }
};

/** Loaded on demand: most pages never leave the socket. */
const httpTransports = () => import("./http-transports.ts");

export const pollOver =
  (api: ApiClient): Poll =>
  async (...args) =>
    (await httpTransports().catch(() => null))?.pollByHttp(api)(...args) ?? { kind: "failed" };

export const streamOver =
  (api: ApiClient): OpenStream =>
  (tenantId, since, handlers) => {
    let isClosed = false;
    let close = () => {
      isClosed = true;
    };
    httpTransports().then(
      ({ streamByHttp }) => {
        if (!isClosed) close = streamByHttp(api)(tenantId, since, handlers);
      },
      () => {
        if (!isClosed) handlers.onEnd({ kind: "unreachable" });
      },
    );
    return () => close();
  };

export const browserPorts = (api: ApiClient): RealtimePorts => ({
  connect,
  fetchToken: fetchTokenOver(api),
  stream: streamOver(api),
  poll: pollOver(api),
  clock: browserClock,
  random: Math.random,
});
