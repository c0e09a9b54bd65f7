/** The part of the answer to "who is signed in" that synchronization needs. */
export type SignedIn = {
  readonly user: { readonly id: string };
  /** The tenants that the user belongs to. */
  readonly teams: readonly { readonly id: string }[];
};

/** The query whose data is that answer; `null` when nobody is signed in. */
export const ME_KEY = ["me"] as const;
