/** The page itself, which knows its own addresses. */
export const SHELL = "/";

/** Files of the page that are called the same in every version. */
export const NAMED_FILES = ["/theme.js", "/icon.svg"] as const;

export type Place = "page" | "hashed" | "file" | "server";

/** Who answers a request: the page as it is kept, a kept file, or the server alone. */
export const placeOf = (path: string, mode: RequestMode): Place => {
  if (/^\/(api|ws|metrics)(\/|$)/.test(path)) return "server";
  if (path.startsWith("/assets/")) return "hashed";
  if (NAMED_FILES.some((file) => file === path)) return "file";
  return mode === "navigate" ? "page" : "server";
};

const SESSION = /<meta name="artel-session"[^>]*>/;

/** The page as it is for everybody: whether somebody is signed in, as the server said in it, holds for one request. */
export const withoutSession = async (answer: Response): Promise<Response> => {
  const text = (await answer.text()).replace(SESSION, "");
  return new Response(text, { status: answer.status, headers: answer.headers });
};

/** All caches of pages but the two latest, of their names in the order of their making. */
export const cachesToDrop = (names: readonly string[]): string[] =>
  names.filter((name) => name.startsWith("artel-")).slice(0, -2);
