import { z } from "zod";
import { type Board, boardSchema, boardSnapshotSchema } from "../../../shared/boards.ts";
import { type Member, memberSchema } from "../../../shared/members.ts";
import { positionSchema } from "../../../shared/protocol/position.ts";
import { valuesIn } from "../bucket-map.ts";
import { boardStateOf, mapOf, type TenantState } from "../snapshots.ts";

const common = { position: positionSchema };
const packedSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("board"), ...common, etag: z.string().nullable(), snapshot: boardSnapshotSchema }),
  z.object({ kind: z.literal("boards"), ...common, teamId: z.string(), items: z.array(boardSchema) }),
  z.object({ kind: z.literal("members"), ...common, teamId: z.string(), items: z.array(memberSchema) }),
]);

/** A state as it is kept: what the server would have answered, with its position. */
export type PackedState = z.infer<typeof packedSchema>;

export const packState = (state: TenantState): PackedState => {
  const { position } = state;
  switch (state.kind) {
    case "board": {
      const { board, columns, tasks, labels, members, etag } = state;
      const snapshot = {
        ...board,
        columns: [...columns.values()],
        tasks: [...valuesIn(tasks.byId)],
        labels: [...labels.values()],
        members: [...members.values()],
      };
      return { kind: "board", position, etag, snapshot };
    }
    case "boards":
      return { kind: "boards", position, teamId: state.teamId, items: [...state.items.values()] };
    case "members":
      return { kind: "members", position, teamId: state.teamId, items: [...state.items.values()] };
  }
};

/** `null` for what this version of the page can't read. */
export const unpackState = (packed: unknown, begun: number): TenantState | null => {
  const parsed = packedSchema.safeParse(packed).data;
  if (parsed === undefined) return null;
  const { position } = parsed;
  if (parsed.kind === "board") return boardStateOf(parsed.snapshot, { position, begun, etag: parsed.etag }, undefined);
  const confirmed = { teamId: parsed.teamId, position, begun, unreadFrom: null };
  return parsed.kind === "boards"
    ? { kind: "boards", ...confirmed, items: mapOf(parsed.items, ({ id }: Board) => id) }
    : { kind: "members", ...confirmed, items: mapOf(parsed.items, ({ userId }: Member) => userId) };
};

const ENTITY_CHARACTERS = 400;

/** About how many characters a state takes. */
export const sizeOf = (state: TenantState): number => {
  if (state.kind !== "board") return state.items.size * ENTITY_CHARACTERS;
  let size = state.columns.size * ENTITY_CHARACTERS;
  for (const { title, description } of valuesIn(state.tasks.byId))
    size += ENTITY_CHARACTERS + title.length + description.length;
  return size;
};
