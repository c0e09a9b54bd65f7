/// <reference lib="webworker" />
import { cachesToDrop, requestKindOf, SHELL, withoutSession } from "./routes.ts";

declare const self: ServiceWorkerGlobalScope;
/** The build fills in the version of the page and the list of its files. */
declare const __VERSION__: string;
declare const __FILES__: readonly string[];

const CACHE = `artel-${__VERSION__}`;

const precachePage = async (): Promise<void> => {
  const cache = await caches.open(CACHE);
  const shell = await fetch(SHELL, { cache: "no-cache" });
  if (!shell.ok) throw new Error(`the page was answered with ${shell.status}`);
  await cache.put(SHELL, await withoutSession(shell));
  await cache.addAll([...__FILES__]);
};

/** Keeps the previous version's files: pages that are still open load parts of it. */
const deleteOldCaches = async (): Promise<void> => {
  await Promise.all(cachesToDrop(await caches.keys()).map((name) => caches.delete(name)));
  await self.clients.claim();
};

self.addEventListener("install", (event) => {
  event.waitUntil(precachePage().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(deleteOldCaches());
});

const fromCache = async (request: string): Promise<Response | undefined> =>
  (await (await caches.open(CACHE)).match(request)) ?? (await caches.match(request));

/** Content-hashed files never change: cache first. */
const cacheFirst = async (request: Request): Promise<Response> => (await fromCache(request.url)) ?? fetch(request);

/** Network first. Falls back to the cache when the network fails or the server answers with 5xx. */
const networkFirst = async (request: Request, fallback: string): Promise<Response> => {
  const answer = await fetch(request).catch((error: unknown) => (error instanceof Error ? error : new Error("lost")));
  if (answer instanceof Response && answer.status < 500) return answer;
  const cached = await fromCache(fallback);
  if (cached !== undefined) return cached;
  if (answer instanceof Error) throw answer;
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  switch (requestKindOf(url.pathname, request.mode)) {
    case "page":
      event.respondWith(networkFirst(request, SHELL));
      return;
    case "hashed":
      event.respondWith(cacheFirst(request));
      return;
    case "file":
      event.respondWith(networkFirst(request, request.url));
      return;
    case "server":
      return;
  }
});
