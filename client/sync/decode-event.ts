import type { Entity } from "../../shared/entities/define-entity.ts";
import type { SequencedMessage } from "../../shared/protocol/message.ts";
import type { Position } from "../../shared/protocol/position.ts";
import type { SyncSchema } from "./schema.ts";

export type EntityChange = {
  readonly kind: string;
  readonly id: string;
  readonly entity: Entity;
  readonly op: "put" | "delete";
  /** All that hangs on the entity is new; the event does not carry it. */
  readonly isContentNew: boolean;
};

/** What an event does to snapshots. */
export type EventEffect =
  | ({ readonly type: "entity" } & EntityChange)
  /** An action of an entity that this version does not know: no snapshot holds it. */
  | { readonly type: "none" }
  /** Something that this version cannot read. `kind`: of the entity that it concerns, where that is known. */
  | { readonly type: "undecodable"; readonly kind: string | null };

/** One step of a tenant's history. */
export type DecodedEvent = {
  readonly at: Position;
  readonly initiatorId: string | null;
  readonly mutationId: string | null;
  readonly effect: EventEffect;
};

const effectOf = (schema: SyncSchema, { action, data }: SequencedMessage): EventEffect => {
  const known = schema.action(action);
  if (known === null) return { type: "none" };
  const { descriptor, verb } = known;
  const { kind, key = "id" } = descriptor;
  const parsed = verb === null ? null : descriptor.schema.safeParse(data);
  if (!parsed?.success) return { type: "undecodable", kind };
  const entity = parsed.data;
  return {
    type: "entity",
    kind,
    id: String(entity[key]),
    entity,
    op: verb === "DELETED" ? "delete" : "put",
    isContentNew: verb === "IMPORTED",
  };
};

const decodedEvents = new WeakMap<SequencedMessage, DecodedEvent>();

/** Reads an event, once however many ask. */
export const decodeEvent = (schema: SyncSchema, message: SequencedMessage): DecodedEvent => {
  const known = decodedEvents.get(message);
  if (known !== undefined) return known;
  const event: DecodedEvent = {
    at: { epoch: message.epoch, seq: message.seq },
    initiatorId: message.initiatorId,
    mutationId: message.mutationId ?? null,
    effect: effectOf(schema, message),
  };
  decodedEvents.set(message, event);
  return event;
};

/** Stands for an event that could not be read at all. */
export const undecodableEvent = (at: Position): DecodedEvent => ({
  at,
  initiatorId: null,
  mutationId: null,
  effect: { type: "undecodable", kind: null },
});
