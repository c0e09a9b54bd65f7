import { expect, test } from "bun:test";
import { diagnose } from "./diagnosis.ts";

const asked: [string, string | undefined][] = [];
const answering =
  (status: number) =>
  async (url: string, { method }: RequestInit) => {
    asked.push([url, method]);
    return new Response("", { status });
  };

test("who answers without an upgrade tells why a socket could not be opened", async () => {
  const address = "wss://live.example.com/ws";
  expect(await diagnose(address, answering(426))).toEqual({ kind: "upgrade" });
  expect(await diagnose(address, answering(403))).toEqual({ kind: "untrusted" });
  expect(await diagnose(address, answering(404))).toEqual({ kind: "elsewhere", status: 404 });
  expect(await diagnose(address, () => Promise.reject(new TypeError("failed to fetch")))).toEqual({ kind: "nothing" });
  expect(asked[0]).toEqual(["https://live.example.com/ws", "POST"]);
});
