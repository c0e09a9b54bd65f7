export type Status = 200 | 201 | 202;

/** An answer with the position of the snapshot that it shows; `null` when it is not about one tenant. */
export type Reply<Body> = { readonly status: Status; readonly body: Body; readonly position: string | null };
