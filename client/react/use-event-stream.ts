import { useEffect, useRef, useState } from "react";
import type { EventMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { useRuntime } from "../../web/src/app/query-client.ts";
import { browserClock } from "../browser/browser-ports.ts";
import { streamByHttp } from "../browser/http-transports.ts";
import { watchPageVisibility } from "../browser/page-visibility.ts";
import { EventStreamClient, type EventStreamStatus } from "../realtime/event-stream-client.ts";

export type EventStreamOptions = {
  readonly tenantId: string;
  /** Events after this position come first; without it, only those from now on. Read once, when the stream begins. */
  readonly since?: Position;
  /** Only these actions; all when absent. */
  readonly actions?: readonly string[];
  readonly filter?: (message: EventMessage) => boolean;
  readonly onEvent: (message: EventMessage) => void;
  /** What came before cannot be had: read the state again. */
  readonly onReset?: () => void;
  readonly enabled?: boolean;
};

const CONNECTING: EventStreamStatus = { status: "connecting" };

/**
 * Hears one tenant's events by server-sent events, in order and each once; it comes back from where it was. Needs no
 * `SocketProvider`.
 * @example
 * const { status } = useEventStream({ tenantId: teamId, actions: ["TASK_CREATED"], onEvent: ({ data }) => ring(data) });
 */
export const useEventStream = (options: EventStreamOptions): EventStreamStatus => {
  const { api } = useRuntime();
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });
  const [status, setStatus] = useState<EventStreamStatus>(CONNECTING);
  const { tenantId, enabled = true } = options;
  useEffect(() => {
    if (!enabled) return undefined;
    setStatus(CONNECTING);
    const stream = new EventStreamClient(
      { open: streamByHttp(api), clock: browserClock, random: Math.random },
      { tenantId, since: latest.current.since ?? null },
      {
        onEvent: (message) => {
          const { actions, filter, onEvent } = latest.current;
          if (actions !== undefined && !actions.includes(message.action)) return;
          if (filter === undefined || filter(message)) onEvent(message);
        },
        onReset: () => latest.current.onReset?.(),
        onStatus: setStatus,
      },
    );
    const unwatch = watchPageVisibility({ onReturn: () => stream.wake() });
    return () => {
      unwatch();
      stream.stop();
    };
  }, [api, tenantId, enabled]);
  return status;
};
