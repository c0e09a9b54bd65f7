/** How the address of a socket that did not open answers a plain request. */
export type EndpointCheck =
  /** Artel answered, and does not trust the page's origin. */
  | { readonly kind: "untrusted-origin" }
  /** Artel answered, so a proxy in between prevents the upgrade. */
  | { readonly kind: "upgrade-blocked" }
  | { readonly kind: "other-server"; readonly status: number }
  | { readonly kind: "unreachable" };

const TIMEOUT_MS = 5_000;
const UPGRADE_REQUIRED = 426;

type SendRequest = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Browsers never report why a socket did not open, so this sends the same address a request without an upgrade. It is a
 * `POST`, because a page sends `Origin` to its own server with no simpler method. Never rejects.
 */
export const checkEndpoint = async (address: string, send: SendRequest): Promise<EndpointCheck> => {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const url = address.replace(/^ws/, "http");
    const { status } = await send(url, { method: "POST", credentials: "omit", cache: "no-store", signal });
    if (status === UPGRADE_REQUIRED) return { kind: "upgrade-blocked" };
    return status === 403 ? { kind: "untrusted-origin" } : { kind: "other-server", status };
  } catch {
    return { kind: "unreachable" };
  }
};
