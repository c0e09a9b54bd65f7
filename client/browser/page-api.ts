import { createApiClient } from "./api-client.ts";
import { fetchWithTimeout } from "./fetch-with-timeout.ts";

/** `/api` on the page's own origin, with the session's cookie. */
export const pageApi = createApiClient({ fetch: fetchWithTimeout });
