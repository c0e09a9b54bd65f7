export type Status = 200 | 201 | 202;

/** `position` is that of the snapshot that `body` shows; `null` when the answer is not about one tenant. */
export type Reply<Body> = { readonly status: Status; readonly body: Body; readonly position: string | null };
