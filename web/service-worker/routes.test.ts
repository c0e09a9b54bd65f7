import { expect, test } from "bun:test";
import { cachesToDrop, requestKindOf, withoutSession } from "./routes.ts";

test("requests to the server are never answered from the cache", () => {
  for (const path of ["/api", "/api/me", "/api/docs", "/ws", "/metrics"])
    expect(requestKindOf(path, "navigate")).toBe("server");
  expect(requestKindOf("/elsewhere", "cors")).toBe("server");
});

test("every address of the page is answered with the document", () => {
  for (const path of ["/", "/b/1", "/b/1/t/2", "/join/3", "/apiary"])
    expect(requestKindOf(path, "navigate")).toBe("page");
});

test("a file is recognized by its path, whatever the request mode", () => {
  expect(requestKindOf("/assets/base-1.js", "cors")).toBe("hashed");
  expect(requestKindOf("/theme.js", "no-cors")).toBe("file");
});

test("the cached document has no session hint and keeps its security policy", async () => {
  const html = '<head><meta name="artel-session" content="none" /><title>A</title></head>';
  const headers = { "Content-Security-Policy": "default-src 'self'" };
  const kept = await withoutSession(new Response(html, { headers }));
  expect(await kept.text()).toBe("<head><title>A</title></head>");
  expect(kept.headers.get("Content-Security-Policy")).toBe("default-src 'self'");
});

test("the two latest caches of the page stay, older ones are dropped, and other caches are not touched", () => {
  expect(cachesToDrop(["artel-1", "another", "artel-2", "artel-3"])).toEqual(["artel-1"]);
  expect(cachesToDrop(["artel-1", "artel-2"])).toEqual([]);
});
