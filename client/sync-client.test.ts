import { expect, test } from "bun:test";
import { ENTITIES } from "../shared/entities/registry.ts";
import { meSchema } from "../shared/users.ts";
import { SNAPSHOTS } from "../web/src/entities/snapshots.ts";
import { SimClock } from "./realtime/testing/sim-clock.ts";
import { ME_KEY } from "./sync/signed-in.ts";
import { TEAM_ID, USER_ID } from "./sync/testing/things.ts";
import { connect, createSyncClient } from "./sync-client.ts";

test("a connection that a session's end has stopped begins again when the user turns out to be signed in", async () => {
  const clock = new SimClock();
  let asked = 0;
  const never = () => Promise.reject(new Error("not here"));
  const client = createSyncClient({
    api: { request: never, requestIfChanged: never, open: never },
    ports: {
      clock,
      random: () => 0,
      connect: () => ({ send: () => {}, close: () => {} }),
      fetchToken: async () => {
        asked += 1;
        return { kind: "denied" };
      },
      stream: () => () => {},
      poll: async () => ({ kind: "failed" }),
    },
    storage: null,
    entities: Object.values(ENTITIES),
    snapshots: SNAPSHOTS,
    meSchema,
    newId: () => "key",
    newEntityId: () => "id",
  });
  const me = { user: { id: USER_ID }, teams: [] };
  client.queryClient.setQueryData(ME_KEY, me);
  const disconnect = connect(client);
  client.realtime.join(TEAM_ID);
  await clock.pass(60_000);
  expect([asked, client.realtime.status().reason]).toEqual([1, "signed-out"]);
  client.queryClient.setQueryData(ME_KEY, { ...me });
  await clock.pass(1_000);
  expect(asked).toBe(1);
  await clock.pass(60_000);
  expect(asked).toBe(2);
  disconnect();
});
