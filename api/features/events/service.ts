import { eventsAfter } from "../../../platform/events/log.ts";
import type { TeamId } from "../../../shared/ids.ts";
import type { SequencedMessage } from "../../../shared/protocol/message.ts";
import type { Position } from "../../../shared/protocol/position.ts";
import { AppError } from "../../app-error.ts";
import type { ServiceDeps } from "../../deps.ts";
import { runRead } from "../../read.ts";
import type { Reply } from "../../reply.ts";
import type { Scope } from "../../scope.ts";

export type EventsAnswer = { epoch: string; seq: number; events: SequencedMessage[] };

/** Up to `limit` events after `since`, in order; `seq` is the head. @throws AppError HISTORY_GONE */
export const listEvents = (
  deps: ServiceDeps,
  scope: Scope,
  teamId: TeamId,
  query: { readonly since: Position; readonly limit: number },
): Promise<Reply<EventsAnswer>> =>
  runRead(deps, scope, {
    right: "events.read",
    tenantOf: async () => teamId,
    run: async ({ tx }, head) => {
      const gone = (why: string) => new AppError("HISTORY_GONE", `${why}; read the state`);
      if (query.since.epoch !== head.epoch) throw gone("The history has another epoch");
      if (query.since.seq > head.seq) throw gone("The position is ahead of the history");
      const rows = await eventsAfter(tx, teamId, query.since, query.limit);
      const first = rows[0]?.seq ?? head.seq + 1;
      if (first !== query.since.seq + 1) throw gone("The history does not reach back so far");
      return {
        epoch: head.epoch,
        seq: head.seq,
        events: rows.map((row): SequencedMessage => JSON.parse(row.payload)),
      };
    },
  });
