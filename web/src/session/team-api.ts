import type { QueryKey } from "@tanstack/react-query";
import type { z } from "zod";
import { ME_KEY } from "../../../client/sync/signed-in.ts";
import { queryKeyOf } from "../../../client/sync/snapshot.ts";
import type { SyncEngine } from "../../../client/sync/sync-engine.ts";
import { type Import, importSchema } from "../../../shared/imports.ts";
import {
  type CreateInvitation,
  type Invitation,
  type InvitationPreview,
  invitationPreviewSchema,
  invitationSchema,
} from "../../../shared/invitations.ts";
import { type Member, memberSchema } from "../../../shared/members.ts";
import type { Role } from "../../../shared/role.ts";
import { type TeamWithRole, teamSchema, teamWithRoleSchema, type UpdateTeam } from "../../../shared/teams.ts";
import { membersRef } from "../entities/snapshots.ts";
import { keys } from "./query-keys.ts";

export type TeamCalls = {
  readonly getInvitation: (id: string) => Promise<InvitationPreview>;
  readonly acceptInvitation: (id: string) => Promise<Member>;
  readonly createTeam: (name: string) => Promise<TeamWithRole>;
  readonly updateTeam: (teamId: string, change: UpdateTeam) => Promise<TeamWithRole>;
  readonly deleteTeam: (teamId: string) => Promise<void>;
  readonly createInvitation: (teamId: string, input: CreateInvitation) => Promise<Invitation>;
  readonly deleteInvitation: (teamId: string, id: string) => Promise<void>;
  readonly updateMember: (teamId: string, userId: string, role: Role) => Promise<Member>;
  /** Removing oneself is leaving. */
  readonly removeMember: (teamId: string, userId: string) => Promise<void>;
  readonly importTrello: (teamId: string, file: File) => Promise<Import>;
  readonly getImport: (id: string) => Promise<Import>;
};

export const teamCalls = ({ api, newId, queryClient, applier }: SyncEngine): TeamCalls => {
  const get = async <Schema extends z.ZodType>(path: string, schema: Schema) =>
    (await api.request({ method: "GET", path, schema })).data;

  const change = async <Schema extends z.ZodType>(
    method: "POST" | "PATCH" | "DELETE",
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<z.infer<Schema>> =>
    (await api.request({ method, path, schema, idempotencyKey: newId(), ...(body === undefined ? {} : { body }) }))
      .data;

  const refresh = async (...queryKeys: QueryKey[]) => {
    await Promise.all(queryKeys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
  };
  /** Without events nothing else brings the change. */
  const refreshMembers = async (teamId: string) => {
    if (!applier.isSubscribed(teamId)) await refresh(queryKeyOf(membersRef(teamId)));
  };

  return {
    getInvitation: (id) => get(`/invitations/${encodeURIComponent(id)}`, invitationPreviewSchema),
    acceptInvitation: async (id) => {
      const member = await change("POST", `/invitations/${encodeURIComponent(id)}/accept`, memberSchema, {});
      await refresh(ME_KEY);
      return member;
    },
    createTeam: async (name) => {
      const team = await change("POST", "/teams", teamWithRoleSchema, { name });
      await refresh(ME_KEY);
      return team;
    },
    updateTeam: async (teamId, input) => {
      const team = await change("PATCH", `/teams/${teamId}`, teamWithRoleSchema, input);
      await refresh(ME_KEY);
      return team;
    },
    deleteTeam: async (teamId) => {
      await change("DELETE", `/teams/${teamId}`, teamSchema);
      await refresh(ME_KEY);
    },
    createInvitation: async (teamId, input) => {
      const invitation = await change("POST", `/teams/${teamId}/invitations`, invitationSchema, input);
      await refresh(keys.invitations(teamId));
      return invitation;
    },
    deleteInvitation: async (teamId, id) => {
      await change("DELETE", `/invitations/${encodeURIComponent(id)}`, invitationSchema);
      await refresh(keys.invitations(teamId));
    },
    updateMember: async (teamId, userId, role) => {
      const member = await change("PATCH", `/teams/${teamId}/members/${userId}`, memberSchema, { role });
      await refreshMembers(teamId);
      return member;
    },
    removeMember: async (teamId, userId) => {
      await change("DELETE", `/teams/${teamId}/members/${userId}`, memberSchema);
      await Promise.all([refreshMembers(teamId), refresh(ME_KEY)]);
    },
    importTrello: (teamId, file) => {
      const form = new FormData();
      form.set("format", "trello");
      form.set("file", file);
      return change("POST", `/teams/${teamId}/imports`, importSchema, form);
    },
    getImport: (id) => get(`/imports/${id}`, importSchema),
  };
};
