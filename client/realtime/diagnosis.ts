/** Who answers at the address of a socket that could not be opened. */
export type Diagnosis =
  /** Artel, which does not trust the page's origin. */
  | { readonly kind: "untrusted" }
  /** Artel, but something between does not let a request become a socket. */
  | { readonly kind: "upgrade" }
  | { readonly kind: "elsewhere"; readonly status: number }
  | { readonly kind: "nothing" };

const WITHIN_MS = 5_000;
const UPGRADE_REQUIRED = 426;

type Ask = (url: string, init: RequestInit) => Promise<Response>;

/**
 * A browser never tells why a socket could not be opened, so the address is asked without an upgrade: what answers then
 * tells it. By `POST`, since a page sends its origin to its own server with no other request. Never rejects.
 */
export const diagnose = async (address: string, ask: Ask): Promise<Diagnosis> => {
  try {
    const signal = AbortSignal.timeout(WITHIN_MS);
    const url = address.replace(/^ws/, "http");
    const { status } = await ask(url, { method: "POST", credentials: "omit", cache: "no-store", signal });
    if (status === UPGRADE_REQUIRED) return { kind: "upgrade" };
    return status === 403 ? { kind: "untrusted" } : { kind: "elsewhere", status };
  } catch {
    return { kind: "nothing" };
  }
};
