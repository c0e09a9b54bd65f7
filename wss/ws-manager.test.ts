import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { WsManager } from "./ws-manager.ts";

const CLIENTS = ["a", "b", "c", "d"];
const TENANTS = ["t1", "t2", "__proto__"];

const managerWith = (...clients: string[]) => {
  const manager = new WsManager<string>();
  for (const client of clients) manager.add(client, `socket of ${client}`);
  return manager;
};

const step = fc.record({
  what: fc.constantFrom("add", "remove", "link", "unlink"),
  client: fc.constantFrom(...CLIENTS),
  tenant: fc.constantFrom(...TENANTS),
  generation: fc.integer({ min: 1, max: 6 }),
});

describe("WsManager", () => {
  test("M1 M2 both directions agree and no empty set stays, after any sequence of calls", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const manager = new WsManager<string>();
        const added = new Set<string>();
        for (const { what, client, tenant, generation } of steps) {
          if (what === "add") {
            added.add(client);
            manager.add(client, client);
          } else if (what === "remove") {
            added.delete(client);
            manager.remove(client);
          } else if (what === "link" && added.has(client)) manager.link(client, tenant, generation);
          else if (what === "unlink") manager.unlink(client, tenant, generation);
        }
        let tenants = 0;
        for (const tenant of TENANTS) {
          const members = CLIENTS.filter((client) => manager.tenantsOf(client).has(tenant));
          expect([...manager.clientsOf(tenant)].sort()).toEqual(members);
          expect(manager.socketsOf(tenant).sort()).toEqual(members);
          if (members.length > 0) tenants += 1;
        }
        expect(manager.tenants).toBe(tenants);
        expect(manager.connections).toBe(added.size);
      }),
    );
  });

  test("M1 links only clients that were added", () => {
    expect(() => managerWith("a").link("b", "t1", 1)).toThrow("must be added");
  });

  test("M2 reports the first client of a tenant and the last", () => {
    const manager = managerWith("a", "b");
    expect(manager.link("a", "t1", 1)).toEqual({ first: true });
    expect(manager.link("b", "t1", 1)).toEqual({ first: false });
    expect(manager.unlink("a", "t1", 1)).toEqual({ done: true, empty: false });
    expect(manager.unlink("b", "t1", 1)).toEqual({ done: true, empty: true });
    expect(manager.tenants).toBe(0);
  });

  test("M3 the unlink of an older generation does nothing", () => {
    const manager = managerWith("a");
    manager.link("a", "t1", 1);
    manager.link("a", "t1", 2);
    expect(manager.unlink("a", "t1", 1)).toEqual({ done: false, empty: false });
    expect(manager.clientsOf("t1").has("a")).toBe(true);
    expect(manager.unlink("a", "t1", 2)).toEqual({ done: true, empty: true });
  });

  test("M5 a client that is removed leaves everything, and the second time nothing", () => {
    const manager = managerWith("a", "b");
    manager.link("a", "t1", 1);
    manager.link("a", "t2", 2);
    manager.link("b", "t2", 1);
    expect(manager.remove("a")).toEqual(["t1"]);
    expect(manager.remove("a")).toEqual([]);
    expect(manager.socketOf("a")).toBeUndefined();
    expect([...manager.clientsOf("t2")]).toEqual(["b"]);
  });
});
