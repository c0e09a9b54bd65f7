import type { z } from "zod";
import { actionOf, type EntityDescriptor } from "./entities/define-entity.ts";
import { ENTITIES } from "./entities/registry.ts";
import type { EventMessage } from "./protocol/message.ts";

type Entities = typeof ENTITIES;
type ActionsOf<Kind extends keyof Entities> = `${Uppercase<Kind>}_${Entities[Kind]["verbs"][number]}`;
type Data = { [Kind in keyof Entities as ActionsOf<Kind>]: Entities[Kind]["schema"] };

const dataByAction = (): Data => {
  const all = Object.values<EntityDescriptor>(ENTITIES).flatMap((definition) =>
    definition.verbs.map((verb) => [actionOf(definition, verb), definition.schema]),
  );
  return Object.fromEntries(all);
};

/** Every action of Artel's own with the shape of its `data`: exactly what REST shows of the entity. */
export const EVENT_DATA: Readonly<Data> = dataByAction();

export type Action = keyof Data;

export const isKnownAction = (action: string): action is Action => Object.hasOwn(EVENT_DATA, action);

/** The issues of a known action's `data`; none for an action that this version does not know. */
export const eventDataIssues = (message: EventMessage): z.core.$ZodIssue[] => {
  if (!isKnownAction(message.action)) return [];
  return EVENT_DATA[message.action].safeParse(message.data).error?.issues ?? [];
};
