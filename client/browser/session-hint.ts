const SIGNED_OUT = 'meta[name="artel-session"][content="none"]';

/**
 * Whether somebody may be signed in. The server says in the page when no session came with the request for it: asking
 * then would only put a refused request into the browser's console.
 */
export const mayBeSignedIn = (): boolean =>
  typeof document === "undefined" || document.querySelector(SIGNED_OUT) === null;

/** Somebody has signed in on this page: what the server said of it no longer holds. */
export const noteSignIn = (): void => {
  document.querySelector(SIGNED_OUT)?.remove();
};
