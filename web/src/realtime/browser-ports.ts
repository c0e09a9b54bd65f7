import { z } from "zod";
import { sequencedMessageSchema } from "../../../shared/events.ts";
import { epochSchema, formatPosition, type Position, seqSchema } from "../../../shared/position.ts";
import { realtimeTokenSchema } from "../../../shared/realtime-token.ts";
import { type ApiClient, ApiProblem } from "../lib/api-client.ts";
import type { Clock, PollAnswer, RealtimePorts, SocketFactory, TokenAnswer } from "./ports.ts";

export const browserClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** The token's address may be relative: then it is on the page's own origin. */
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
  socket.onclose = ({ code }) => handlers.onClose(code);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code) => socket.close(code),
  };
};

/** Events are read one by one: a single one that can't be read must not hide the others. */
const historySchema = z.object({ epoch: epochSchema, seq: seqSchema, events: z.array(z.unknown()) });

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

export const pollOver =
  (api: ApiClient) =>
  async (tenantId: string, since: Position, limit: number): Promise<PollAnswer> => {
    const path = `/teams/${encodeURIComponent(tenantId)}/events?since=${encodeURIComponent(formatPosition(since))}&limit=${limit}`;
    try {
      const { data } = await api.request({ method: "GET", path, schema: historySchema });
      const events = z.array(sequencedMessageSchema).safeParse(data.events);
      // The history goes on behind something that can't be read: the state has to be read instead.
      if (!events.success) return { kind: "history-gone" };
      return { kind: "events", head: { epoch: data.epoch, seq: data.seq }, events: events.data };
    } catch (error) {
      const isGone = error instanceof ApiProblem && error.status === 410;
      return { kind: isGone ? "history-gone" : "failed" };
    }
  };

export const browserPorts = (api: ApiClient): RealtimePorts => ({
  connect,
  fetchToken: fetchTokenOver(api),
  poll: pollOver(api),
  clock: browserClock,
  random: Math.random,
});
