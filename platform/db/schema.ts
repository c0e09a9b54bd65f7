import type { Generated } from "kysely";
import type { BoardId, ColumnId, ImportId, InvitationId, LabelId, TaskId, TeamId, UserId } from "../../shared/ids.ts";
import type { Role } from "../../shared/role.ts";

/** Rows as both databases give them: timestamps are ISO 8601 text, JSON is text, numbers are numbers. */
export type Database = {
  users: UsersTable;
  sessions: SessionsTable;
  api_keys: ApiKeysTable;
  teams: TeamsTable;
  members: MembersTable;
  invitations: InvitationsTable;
  boards: BoardsTable;
  columns: ColumnsTable;
  labels: LabelsTable;
  tasks: TasksTable;
  imports: ImportsTable;
  created_ids: CreatedIdsTable;
  tenant_heads: TenantHeadsTable;
  events: EventsTable;
  consumers: ConsumersTable;
  consumer_cursors: ConsumerCursorsTable;
  idempotency_keys: IdempotencyKeysTable;
};

/**
 * The accounts' tables belong to better-auth, which names its columns in camel case; only what others read is typed.
 */
export type UsersTable = {
  id: UserId;
  name: string;
  email: string;
  image: string | null;
  updatedAt: string;
};
export type SessionsTable = { id: string; userId: UserId };
export type ApiKeysTable = { id: string; referenceId: UserId };

type Versioned = { created_at: string; updated_at: string; version: number };

export type TeamsTable = Versioned & { id: TeamId; name: string };

export type MembersTable = {
  team_id: TeamId;
  user_id: UserId;
  role: Role;
  joined_at: string;
  version: number;
};

export type InvitationsTable = {
  id: InvitationId;
  team_id: TeamId;
  role: Role;
  email: string | null;
  created_by: UserId;
  created_at: string;
  expires_at: string;
  accepted_at: string | null;
};

export type BoardsTable = Versioned & {
  id: BoardId;
  team_id: TeamId;
  name: string;
  description: string;
  rank: string;
  archived_at: string | null;
};

export type ColumnsTable = Versioned & {
  id: ColumnId;
  board_id: BoardId;
  team_id: TeamId;
  name: string;
  color: string | null;
  wip_limit: number | null;
  rank: string;
};

export type LabelsTable = {
  id: LabelId;
  board_id: BoardId;
  team_id: TeamId;
  name: string;
  color: string | null;
  version: number;
};

export type TasksTable = Versioned & {
  id: TaskId;
  board_id: BoardId;
  column_id: ColumnId;
  team_id: TeamId;
  title: string;
  description: string;
  /** Case-folded copies that searches look into, because no database folds case for every script. */
  title_folded: string;
  description_folded: string;
  color: string | null;
  /** JSON arrays of ids in the order in which they were given. */
  label_ids: string;
  assignee_ids: string;
  due_at: string | null;
  start_at: string | null;
  rank: string;
  archived_at: string | null;
  created_by: UserId;
};

export type ImportsTable = {
  id: ImportId;
  team_id: TeamId;
  status: "running" | "completed" | "failed";
  board_id: BoardId | null;
  /** JSON. */
  counts: string;
  error: string | null;
  created_by: UserId;
  created_at: string;
};

/** Every id that was ever given to an entity: ids are never reused, and a creation sent again is recognised. */
export type CreatedIdsTable = {
  id: string;
  kind: string;
  parent_id: string;
  created_by: UserId;
};

/** The last position of each tenant's log. The row's lock orders all changes of the tenant. */
export type TenantHeadsTable = {
  tenant_id: string;
  epoch: string;
  seq: number;
  /** The head's seq when its epoch began: events up to it belong to earlier epochs. */
  epoch_base: Generated<number>;
  updated_at: string;
};

export type EventsTable = {
  tenant_id: string;
  seq: number;
  at: string;
  /** The event's JSON text as every subscriber gets it. */
  payload: string;
};

/**
 * The registered log consumers. Retention waits for each of them, and a new epoch deletes nothing that one has not
 * taken.
 */
export type ConsumersTable = {
  name: string;
  registered_at: string;
  /**
   * When retention first deleted events that the consumer had not taken; `null` while the log has all that it needs.
   */
  held_at: string | null;
};

/**
 * A consumer's last taken event of a tenant's log. `seq` alone identifies it, because seq grows across epochs. A tenant
 * created after the registration has no row until its first event is taken.
 */
export type ConsumerCursorsTable = {
  consumer: string;
  tenant_id: string;
  /** The epoch of the tenant's log when the cursor last moved; empty before it moved. */
  epoch: string;
  seq: number;
};

export type IdempotencyKeysTable = {
  user_id: UserId;
  key: string;
  /** `null`: the reply is the user's own, no right in a team is needed to see it again. */
  tenant_id: TeamId | null;
  fingerprint: string;
  status: 200 | 201 | 202;
  body: string;
  position: string | null;
  created_at: string;
};
