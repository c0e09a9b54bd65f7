import type { Board } from "../../../shared/boards.ts";
import type { Import } from "../../../shared/imports.ts";
import type { CreateInvitation, Invitation, InvitationPreview } from "../../../shared/invitations.ts";
import type { Member } from "../../../shared/members.ts";
import type { Role } from "../../../shared/role.ts";
import type { TeamWithRole } from "../../../shared/teams.ts";
import type { Me } from "../../../shared/users.ts";

export type MeView =
  | { readonly status: "loading" }
  | { readonly status: "signed-in"; readonly me: Me }
  | { readonly status: "signed-out" }
  | { readonly status: "error"; readonly error: Error };

export type Listing<Item> = {
  readonly status: "loading" | "ready" | "error";
  readonly items: readonly Item[];
  readonly error?: Error;
  readonly refetch: () => void;
};

export const useMe = (): MeView => ({ status: "loading" });
/** Reads `me` again, after a change of account that came from elsewhere. */
export const useRefreshMe = (): (() => Promise<void>) => async () => {};
export const useTeams = (): Listing<TeamWithRole> => {
  throw new Error("not yet");
};
/** The team's boards in order. */
export const useBoards = (_teamId: string): Listing<Board> => {
  throw new Error("not yet");
};
export const useMembers = (_teamId: string): Listing<Member> => {
  throw new Error("not yet");
};
export const useInvitations = (_teamId: string): Listing<Invitation> => {
  throw new Error("not yet");
};

export type Account = {
  readonly signUp: (input: { name: string; email: string; password: string }) => Promise<void>;
  readonly signIn: (input: { email: string; password: string }) => Promise<void>;
  /** Ends the session and forgets everything cached and everything unsent. */
  readonly signOut: () => Promise<void>;
};
/** Each call throws `ApiProblem` or `NetworkFailure`. The functions keep their identity. */
export const useAccount = (): Account => {
  throw new Error("not yet");
};

export type TeamCalls = {
  readonly getInvitation: (id: string) => Promise<InvitationPreview>;
  readonly acceptInvitation: (id: string) => Promise<Member>;
  readonly createTeam: (name: string) => Promise<TeamWithRole>;
  readonly createInvitation: (teamId: string, input: CreateInvitation) => Promise<Invitation>;
  readonly deleteInvitation: (teamId: string, id: string) => Promise<void>;
  readonly updateMember: (teamId: string, userId: string, role: Role) => Promise<Member>;
  readonly removeMember: (teamId: string, userId: string) => Promise<void>;
  readonly importTrello: (teamId: string, file: File) => Promise<Import>;
  readonly getImport: (id: string) => Promise<Import>;
};
/** Calls that are not optimistic: each waits for its answer and throws `ApiProblem` or `NetworkFailure`. */
export const useTeamCalls = (): TeamCalls => {
  throw new Error("not yet");
};
