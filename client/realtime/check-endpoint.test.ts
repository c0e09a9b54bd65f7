import { expect, test } from "bun:test";
import { checkEndpoint } from "./check-endpoint.ts";

const requests: [string, string | undefined][] = [];
const answering =
  (status: number) =>
  async (url: string, { method }: RequestInit) => {
    requests.push([url, method]);
    return new Response("", { status });
  };

test("an answer without an upgrade tells why a socket did not open", async () => {
  const address = "wss://live.example.com/ws";
  expect(await checkEndpoint(address, answering(426))).toEqual({ kind: "upgrade-blocked" });
  expect(await checkEndpoint(address, answering(403))).toEqual({ kind: "untrusted-origin" });
  expect(await checkEndpoint(address, answering(404))).toEqual({ kind: "other-server", status: 404 });
  expect(await checkEndpoint(address, () => Promise.reject(new TypeError("failed to fetch")))).toEqual({
    kind: "unreachable",
  });
  expect(requests[0]).toEqual(["https://live.example.com/ws", "POST"]);
});
