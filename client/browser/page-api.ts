import { createApiClient } from "./api-client.ts";
import { pageFetch } from "./page-fetch.ts";

/** `/api` on the page's own origin, with the session's cookie. */
export const pageApi = createApiClient({ fetch: pageFetch });
