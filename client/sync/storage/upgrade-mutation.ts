import { z } from "zod";
import type { Mutation } from "../mutation.ts";

/** An unsent change as pages stored it before version 2: one shape for each kind, with `boardId` as its only scope. */
const storedV1Schema = z.looseObject({
  kind: z.string(),
  boardId: z.string(),
  teamId: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  input: z.looseObject({ id: z.string() }).optional(),
  change: z.record(z.string(), z.unknown()).optional(),
  move: z.record(z.string(), z.unknown()).optional(),
  by: z.string().nullable().optional(),
  at: z.string().optional(),
  ifVersion: z.number().nullable().optional(),
  base: z.record(z.string(), z.string()).optional(),
  archived: z.looseObject({ version: z.number() }).optional(),
});

const OPERATIONS = ["create", "update", "move", "delete"] as const;

/** A mutation of a kind that no version knows: it stays in storage and is never sent. */
const UNKNOWN: Mutation = { entity: "", op: "delete", id: "", scope: {}, input: {}, by: null, at: "" };

/** Converts an unsent change of version 1, so that an update of the page loses nothing that was done offline. */
export const upgradeMutation = (stored: unknown): Mutation => {
  const { data } = storedV1Schema.safeParse(stored);
  const [entity = "", operation] = data?.kind.split(".") ?? [];
  const op = OPERATIONS.find((each) => each === operation);
  if (data === undefined || op === undefined) return UNKNOWN;
  const { boardId, teamId, id, name, input, change, move, ifVersion, base, archived } = data;
  const { id: createdId, ...created } = input ?? { id: boardId, ...(name === undefined ? {} : { name }) };
  const body = { create: created, update: change, move, delete: undefined }[op] ?? {};
  const isBoard = entity === "board";
  return {
    entity,
    op,
    id: isBoard ? boardId : op === "create" ? createdId : (id ?? ""),
    scope: { ...(teamId === undefined ? {} : { team: teamId }), ...(isBoard ? {} : { board: boardId }) },
    input: body,
    by: data.by ?? null,
    at: data.at ?? new Date(0).toISOString(),
    ...(typeof ifVersion === "number" ? { ifVersion } : {}),
    ...(base === undefined ? {} : { base }),
    ...(archived === undefined ? {} : { known: archived }),
  };
};
