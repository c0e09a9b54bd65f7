/** Keys of the queries that are no snapshots. */
export const keys = {
  apiKeys: ["api-keys"] as const,
  invitations: (teamId: string) => ["invitations", teamId] as const,
};
