import { AppError } from "./app-error.ts";
import type { CommandContext } from "./command.ts";
import type { Scope } from "./scope.ts";

/** Refuses a change of an entity that is not at the version of `If-Match`. @throws AppError VERSION_MISMATCH */
export const requireVersion = (scope: Pick<Scope, "ifMatch">, version: number): void => {
  if (scope.ifMatch !== null && scope.ifMatch !== version) {
    throw new AppError("VERSION_MISMATCH", `It is at version ${version}, not ${scope.ifMatch}`);
  }
};

/** An entity with the version of the next event, and the time of the command where it keeps one. */
export const stamped = <Entity extends { readonly version: number }>(
  entity: Entity,
  { at, nextVersion }: Pick<CommandContext, "at" | "nextVersion">,
): Entity => ({ ...entity, ...("updatedAt" in entity ? { updatedAt: at } : {}), version: nextVersion() });

/** Whether an entity differs in more than `version` and `updatedAt`. A change without a difference makes no event. */
export const differs = <Entity extends { readonly version: number }>(before: Entity, after: Entity): boolean => {
  const content = (entity: Entity) => JSON.stringify({ ...entity, version: 0, updatedAt: "" });
  return content(before) !== content(after);
};
