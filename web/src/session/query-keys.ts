/** The query keys of the page. Others' queries may live beside them. */
export const keys = {
  me: ["me"] as const,
  teams: ["teams"] as const,
  board: (boardId: string) => ["board", boardId] as const,
  boards: (teamId: string) => ["boards", teamId] as const,
  members: (teamId: string) => ["members", teamId] as const,
  /** Tasks that a board does not show. */
  archived: (boardId: string) => ["archived", boardId] as const,
  task: (taskId: string) => ["task", taskId] as const,
  latest: (taskId: string) => ["latest", taskId] as const,
  apiKeys: ["api-keys"] as const,
  invitations: (teamId: string) => ["invitations", teamId] as const,
};
