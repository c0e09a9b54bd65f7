import type { EventMessage } from "../../shared/protocol/message.ts";

export type EventFilter = {
  /** Only these actions; all when absent. */
  readonly actions?: readonly string[];
  /** Runs on the client; the server does not know it. */
  readonly filter?: (message: EventMessage) => boolean;
};

export const passesFilter = ({ actions, filter }: EventFilter, message: EventMessage): boolean =>
  (actions === undefined || actions.includes(message.action)) && (filter === undefined || filter(message));
