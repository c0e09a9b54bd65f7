import { expect, test } from "bun:test";
import { cachesToDrop, requestKindOf, withoutSession } from "./routes.ts";

test("what the server alone can answer is never answered from what is kept", () => {
  for (const path of ["/api", "/api/me", "/api/docs", "/ws", "/metrics"])
    expect(requestKindOf(path, "navigate")).toBe("server");
  expect(requestKindOf("/elsewhere", "cors")).toBe("server");
});

test("every address of the page is the page", () => {
  for (const path of ["/", "/b/1", "/b/1/t/2", "/join/3", "/apiary"])
    expect(requestKindOf(path, "navigate")).toBe("page");
});

test("a file is known by its path, whoever asks for it", () => {
  expect(requestKindOf("/assets/base-1.js", "cors")).toBe("hashed");
  expect(requestKindOf("/theme.js", "no-cors")).toBe("file");
});

test("the kept page does not say whether somebody is signed in, and keeps its policy", async () => {
  const html = '<head><meta name="artel-session" content="none" /><title>A</title></head>';
  const headers = { "Content-Security-Policy": "default-src 'self'" };
  const kept = await withoutSession(new Response(html, { headers }));
  expect(await kept.text()).toBe("<head><title>A</title></head>");
  expect(kept.headers.get("Content-Security-Policy")).toBe("default-src 'self'");
});

test("the page that ran before stays, older ones go, and others' caches are none of its business", () => {
  expect(cachesToDrop(["artel-1", "another", "artel-2", "artel-3"])).toEqual(["artel-1"]);
  expect(cachesToDrop(["artel-1", "artel-2"])).toEqual([]);
});
