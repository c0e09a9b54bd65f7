import { useEffect, useState } from "react";
import type { EventMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { ApiClient } from "../browser/api-client.ts";
import { browserClock } from "../browser/browser-ports.ts";
import { streamByHttp } from "../browser/http-transports.ts";
import { pageApi } from "../browser/page-api.ts";
import { watchPageVisibility } from "../browser/page-visibility.ts";
import { EventStreamClient, type EventStreamStatus } from "../realtime/event-stream-client.ts";
import { type EventFilter, passesFilter } from "./event-filter.ts";
import { useLatest } from "./use-latest.ts";

export type EventStreamOptions = EventFilter & {
  readonly tenantId: string;
  /** Events after this position come first; without it, only new ones. Read once, when the stream opens. */
  readonly since?: Position;
  readonly onEvent: (message: EventMessage) => void;
  /** Earlier events are lost: read the state again. */
  readonly onReset?: () => void;
  readonly enabled?: boolean;
  /** Another API than that of the page's own origin. */
  readonly api?: ApiClient;
};

const CONNECTING: EventStreamStatus = { status: "connecting" };

/**
 * Follows one tenant by server-sent events, in order and each once, and resumes after each break. Needs no
 * `SocketProvider`.
 * @example
 * const { status } = useEventStream({ tenantId: teamId, actions: ["TASK_CREATED"], onEvent: ({ data }) => ring(data) });
 */
export const useEventStream = (options: EventStreamOptions): EventStreamStatus => {
  const latest = useLatest(options);
  const [status, setStatus] = useState<EventStreamStatus>(CONNECTING);
  const { tenantId, enabled = true, api = pageApi } = options;
  useEffect(() => {
    if (!enabled) return undefined;
    setStatus(CONNECTING);
    const client = new EventStreamClient(
      { open: streamByHttp(api), clock: browserClock, random: Math.random },
      { tenantId, since: latest.current.since ?? null },
      {
        onEvent: (message) => {
          if (passesFilter(latest.current, message)) latest.current.onEvent(message);
        },
        onReset: () => latest.current.onReset?.(),
        onStatus: setStatus,
      },
    );
    const unwatch = watchPageVisibility({ onReturn: () => client.wake() });
    return () => {
      unwatch();
      client.stop();
    };
  }, [api, tenantId, enabled, latest]);
  return status;
};
