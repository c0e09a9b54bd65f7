import { boards } from "../boards.ts";
import { columns } from "../columns.ts";
import { comments } from "../comments.ts";
import { labels } from "../labels.ts";
import { members } from "../members.ts";
import { tasks } from "../tasks.ts";
import { teams } from "../teams.ts";
import type { EntityDescriptor } from "./define-entity.ts";

/** Artel's entities by kind. An entity that is not listed here is unknown to every program. */
export const ENTITIES = {
  team: teams,
  member: members,
  board: boards,
  column: columns,
  label: labels,
  task: tasks,
  comment: comments,
} as const;

export type EntityKind = keyof typeof ENTITIES;

/** Any definition of the registry, for code that works by look-up. */
export type RegisteredEntity = EntityDescriptor & {
  readonly kind: EntityKind;
  readonly plural: (typeof ENTITIES)[EntityKind]["plural"];
};
