import { afterEach, describe, expect, test } from "bun:test";
import { EPOCH, entriesOf, newId } from "../contract/pubsub-fixtures.ts";
import { startLocalNode, TestClient, tokenFor } from "./wss-support.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const start = (options = {}) => {
  const node = startLocalNode(options);
  stops.push(node.stop);
  return node;
};

describe("a socket", () => {
  test("hears what is committed after it joined, in order", async () => {
    const node = start();
    const tenantId = newId();
    await node.commit(tenantId, entriesOf(tenantId, 1, 3));
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, { [tenantId]: { epoch: EPOCH, seq: 3 } }));
    expect(await client.subscribe(tenantId)).toEqual({
      type: "subscribed",
      tenantId,
      epoch: EPOCH,
      seq: 3,
      recovered: false,
    });
    await node.commit(tenantId, entriesOf(tenantId, 4, 30));
    expect((await client.events(27)).map(({ seq }) => seq)).toEqual(Array.from({ length: 27 }, (_, i) => i + 4));
  });

  test("R2 gets exactly the 30 events that it was away for", async () => {
    const node = start();
    const tenantId = newId();
    await node.commit(tenantId, entriesOf(tenantId, 1, 40));
    const client = new TestClient(node.url);
    await client.auth(await tokenFor(node.tokens, { [tenantId]: { epoch: EPOCH, seq: 10 } }));
    expect(await client.subscribe(tenantId, { epoch: EPOCH, seq: 10 })).toMatchObject({ seq: 40, recovered: true });
    await node.commit(tenantId, entriesOf(tenantId, 41, 42));
    expect((await client.events(32)).map(({ seq }) => seq)).toEqual(Array.from({ length: 32 }, (_, i) => i + 11));
  });
});
