import { boardSchema, boardSnapshotSchema } from "../../shared/boards.ts";
import { memberSchema } from "../../shared/members.ts";
import { page } from "../../shared/paging.ts";
import type { Position } from "../../shared/protocol/position.ts";
import { type ApiClient, ApiProblem, collectPages } from "../browser/api-client.ts";
import {
  type BoardState,
  type BoardsState,
  boardStateOf,
  type MembersState,
  mapOf,
  type TenantState,
} from "./snapshots.ts";

const boardPage = page(boardSchema);
const memberPage = page(memberSchema);

/** A read's context: when it began, and what was held then. */
export type ReadStart<State extends TenantState> = {
  readonly begun: number;
  readonly previous: State | undefined;
  readonly signal: AbortSignal;
};

const positioned = (position: Position | null): Position => {
  if (position === null) throw new ApiProblem("UNKNOWN", 200, "the answer carries no Artel-Position");
  return position;
};

export const readBoard = async (
  api: ApiClient,
  boardId: string,
  { begun, previous, signal }: ReadStart<BoardState>,
): Promise<BoardState> => {
  const request = { method: "GET", path: `/boards/${boardId}`, schema: boardSnapshotSchema, signal } as const;
  // A state that misses something would be taken for unchanged.
  const etag = previous?.unreadFrom === null && !previous.deleted ? previous.etag : null;
  const answer =
    etag === null ? await api.request(request) : await api.requestIfChanged({ ...request, ifNoneMatch: etag });
  const position = positioned(answer.position);
  if (answer.status === 304 && previous !== undefined) return { ...previous, position, begun };
  if (!("data" in answer)) throw new ApiProblem("UNKNOWN", 304, "nothing to compare with");
  return boardStateOf(answer.data, { position, begun, etag: answer.etag }, previous);
};

export const readBoards = async (
  api: ApiClient,
  teamId: string,
  { begun, previous, signal }: ReadStart<BoardsState>,
): Promise<BoardsState> => {
  const { items, position } = await collectPages(api, { path: `/teams/${teamId}/boards`, schema: boardPage, signal });
  const at = positioned(position);
  const old = previous?.position.epoch === at.epoch ? previous.items : undefined;
  return { kind: "boards", teamId, position: at, begun, unreadFrom: null, items: mapOf(items, ({ id }) => id, old) };
};

export const readMembers = async (
  api: ApiClient,
  teamId: string,
  { begun, previous, signal }: ReadStart<MembersState>,
): Promise<MembersState> => {
  const { items, position } = await collectPages(api, { path: `/teams/${teamId}/members`, schema: memberPage, signal });
  const at = positioned(position);
  const old = previous?.position.epoch === at.epoch ? previous.items : undefined;
  const members = mapOf(items, ({ userId }) => userId, old);
  return { kind: "members", teamId, position: at, begun, unreadFrom: null, items: members };
};
