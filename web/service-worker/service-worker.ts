/// <reference lib="webworker" />
import { cachesToDrop, placeOf, SHELL, withoutSession } from "./routes.ts";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: a name for this version of the page, and all its files. */
declare const __VERSION__: string;
declare const __FILES__: readonly string[];

const CACHE = `artel-${__VERSION__}`;

const keepPage = async (): Promise<void> => {
  const cache = await caches.open(CACHE);
  const shell = await fetch(SHELL, { cache: "no-cache" });
  if (!shell.ok) throw new Error(`the page was answered with ${shell.status}`);
  await cache.put(SHELL, await withoutSession(shell));
  await cache.addAll([...__FILES__]);
};

/** The former version's files stay for pages that are open and still ask for parts of it. */
const dropOldPages = async (): Promise<void> => {
  await Promise.all(cachesToDrop(await caches.keys()).map((name) => caches.delete(name)));
  await self.clients.claim();
};

self.addEventListener("install", (event) => {
  event.waitUntil(keepPage().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldPages());
});

const kept = async (request: string): Promise<Response | undefined> =>
  (await (await caches.open(CACHE)).match(request)) ?? (await caches.match(request));

/** What has its content in its name is good for ever. */
const keptFirst = async (request: Request): Promise<Response> => (await kept(request.url)) ?? fetch(request);

/** As new as can be had; a server that answers with nothing but trouble is as good as none. */
const networkFirst = async (request: Request, fallback: string): Promise<Response> => {
  const answer = await fetch(request).catch((error: unknown) => (error instanceof Error ? error : new Error("lost")));
  if (answer instanceof Response && answer.status < 500) return answer;
  const known = await kept(fallback);
  if (known !== undefined) return known;
  if (answer instanceof Error) throw answer;
  return answer;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  switch (placeOf(url.pathname, request.mode)) {
    case "page":
      event.respondWith(networkFirst(request, SHELL));
      return;
    case "hashed":
      event.respondWith(keptFirst(request));
      return;
    case "file":
      event.respondWith(networkFirst(request, request.url));
      return;
    case "server":
      return;
  }
});
