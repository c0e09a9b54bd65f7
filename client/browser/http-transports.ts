import { z } from "zod";
import { problemSchema } from "../../shared/problem.ts";
import { sequencedMessageSchema } from "../../shared/protocol/message.ts";
import { epochSchema, formatPosition, parsePosition, seqSchema } from "../../shared/protocol/position.ts";
import type { OpenStream, Poll, StreamHandlers } from "../realtime/ports.ts";
import { createSseParser } from "../realtime/sse-parser.ts";
import { type ApiClient, ApiProblem } from "./api-client.ts";
import { takeStreamSlot } from "./stream-slots.ts";

/** Validates the events separately, so that an undecodable event is not taken for a failed request. */
const historySchema = z.object({ epoch: epochSchema, seq: seqSchema, events: z.array(z.unknown()) });

export const pollByHttp =
  (api: ApiClient): Poll =>
  async (tenantId, since, limit) => {
    const path = `/teams/${encodeURIComponent(tenantId)}/events?since=${encodeURIComponent(formatPosition(since))}&limit=${limit}`;
    try {
      const { data } = await api.request({ method: "GET", path, schema: historySchema });
      const events = z.array(sequencedMessageSchema).safeParse(data.events);
      // Polling would meet the same undecodable event again and again; a new snapshot gets past it.
      if (!events.success) return { kind: "history-gone" };
      return { kind: "events", head: { epoch: data.epoch, seq: data.seq }, events: events.data };
    } catch (error) {
      const isGone = error instanceof ApiProblem && error.status === 410;
      return { kind: isGone ? "history-gone" : "failed" };
    }
  };

const STREAM_TYPE = "text/event-stream";

/** Reads one response to its end. @throws when the connection breaks */
const readStream = async (response: Response, handlers: StreamHandlers): Promise<void> => {
  const isStream = response.headers.get("content-type")?.startsWith(STREAM_TYPE) === true;
  if (!response.ok || !isStream || response.body === null) {
    const problem = problemSchema.safeParse(await response.json().catch(() => null));
    handlers.onEnd({ kind: "refused", status: response.status, code: problem.data?.code ?? null });
    return;
  }
  handlers.onOpen(parsePosition(response.headers.get("artel-position") ?? ""));
  const parse = createSseParser(handlers);
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    parse(decoder.decode(part.value, { stream: true }));
  handlers.onEnd({ kind: "ended" });
};

/** Uses `fetch`, because `EventSource` hides the response's status and reconnects by its own clock. */
export const streamByHttp =
  (api: ApiClient, takeSlot = takeStreamSlot): OpenStream =>
  (tenantId, since, handlers) => {
    const controller = new AbortController();
    const { signal } = controller;
    const whileOpen: StreamHandlers = {
      onOpen: (head) => signal.aborted || handlers.onOpen(head),
      onEvent: (event) => signal.aborted || handlers.onEvent(event),
      onComment: (text) => signal.aborted || handlers.onComment(text),
      onEnd: (end) => signal.aborted || handlers.onEnd(end),
    };
    const from = since === null ? "" : `&since=${encodeURIComponent(formatPosition(since))}`;
    const path = `/events/stream?tenantId=${encodeURIComponent(tenantId)}${from}`;
    const run = async (): Promise<void> => {
      const release = await takeSlot();
      if (release === null) return whileOpen.onEnd({ kind: "full" });
      let hasResponse = false;
      try {
        if (signal.aborted) return;
        const response = await api.open(path, STREAM_TYPE, signal);
        hasResponse = true;
        await readStream(response, whileOpen);
      } catch {
        whileOpen.onEnd({ kind: hasResponse ? "ended" : "unreachable" });
      } finally {
        release();
      }
    };
    void run();
    return () => controller.abort();
  };
