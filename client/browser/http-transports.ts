import { z } from "zod";
import { problemSchema } from "../../shared/problem.ts";
import { sequencedMessageSchema } from "../../shared/protocol/message.ts";
import { epochSchema, formatPosition, parsePosition, seqSchema } from "../../shared/protocol/position.ts";
import { eventReader } from "../realtime/event-source.ts";
import { takeStreamSlot } from "../realtime/fallback/connection-slots.ts";
import type { OpenStream, Poll, StreamHandlers } from "../realtime/ports.ts";
import { type ApiClient, ApiProblem } from "./api-client.ts";

/** Events are read one by one: a single one that can't be read must not hide the others. */
const historySchema = z.object({ epoch: epochSchema, seq: seqSchema, events: z.array(z.unknown()) });

export const pollByHttp =
  (api: ApiClient): Poll =>
  async (tenantId, since, limit) => {
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

const STREAM_TYPE = "text/event-stream";

/** Reads one answer to its end. @throws when the connection breaks */
const follow = async (response: Response, handlers: StreamHandlers): Promise<void> => {
  const isStream = response.headers.get("content-type")?.startsWith(STREAM_TYPE) === true;
  if (!response.ok || !isStream || response.body === null) {
    const problem = problemSchema.safeParse(await response.json().catch(() => null));
    handlers.onEnd({ kind: "refused", status: response.status, code: problem.data?.code ?? null });
    return;
  }
  handlers.onOpen(parsePosition(response.headers.get("artel-position") ?? ""));
  const read = eventReader({ event: handlers.onEvent, comment: handlers.onComment });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    read(decoder.decode(part.value, { stream: true }));
  handlers.onEnd({ kind: "ended" });
};

/** `fetch` and not `EventSource`: that one tells no status, and comes back by a clock of its own. */
export const streamByHttp =
  (api: ApiClient, takeSlot = takeStreamSlot): OpenStream =>
  (tenantId, since, handlers) => {
    const controller = new AbortController();
    const { signal } = controller;
    const heard: StreamHandlers = {
      onOpen: (head) => signal.aborted || handlers.onOpen(head),
      onEvent: (event) => signal.aborted || handlers.onEvent(event),
      onComment: (text) => signal.aborted || handlers.onComment(text),
      onEnd: (end) => signal.aborted || handlers.onEnd(end),
    };
    const from = since === null ? "" : `&since=${encodeURIComponent(formatPosition(since))}`;
    const path = `/events/stream?tenantId=${encodeURIComponent(tenantId)}${from}`;
    const run = async (): Promise<void> => {
      const release = await takeSlot();
      if (release === null) return heard.onEnd({ kind: "full" });
      let begun = false;
      try {
        if (signal.aborted) return;
        const response = await api.open(path, STREAM_TYPE, signal);
        begun = true;
        await follow(response, heard);
      } catch {
        heard.onEnd({ kind: begun ? "ended" : "unreachable" });
      } finally {
        release();
      }
    };
    void run();
    return () => controller.abort();
  };
