/** Every address of the page is answered with this document; the router in it reads the address. */
export const SHELL = "/";

/** Files of the page whose names carry no content hash. */
export const UNHASHED_FILES = ["/theme.js", "/icon.svg"] as const;

export type RequestKind = "page" | "hashed" | "file" | "server";

/** Decides how the service worker answers a request: by the document, by a cached file, or not at all. */
export const requestKindOf = (path: string, mode: RequestMode): RequestKind => {
  if (/^\/(api|ws|metrics)(\/|$)/.test(path)) return "server";
  if (path.startsWith("/assets/")) return "hashed";
  if (UNHASHED_FILES.some((file) => file === path)) return "file";
  return mode === "navigate" ? "page" : "server";
};

const SESSION = /<meta name="artel-session"[^>]*>/;

/** Removes the session hint, which the server writes into the document for one request, before the document is cached. */
export const withoutSession = async (answer: Response): Promise<Response> => {
  const text = (await answer.text()).replace(SESSION, "");
  return new Response(text, { status: answer.status, headers: answer.headers });
};

/** Returns all page caches but the two latest. `names` are in the order of creation. */
export const cachesToDrop = (names: readonly string[]): string[] =>
  names.filter((name) => name.startsWith("artel-")).slice(0, -2);
