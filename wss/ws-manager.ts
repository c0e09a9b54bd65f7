import { type ReadonlySmallMap, SmallMap } from "./small-map.ts";

export type Linked = { /** The client is the tenant's first on this node. */ readonly first: boolean };
export type Unlinked = {
  /** False when there was nothing of this generation to undo. */
  readonly done: boolean;
  /** The client was the tenant's last on this node. */
  readonly empty: boolean;
};

const NONE: ReadonlySet<string> = new Set();
const NO_TENANTS: ReadonlySmallMap<number> = new SmallMap();

/**
 * Who is where: client → socket, tenant → clients, client → tenants. Only `link` and `unlink` write the latter two, always
 * both. A link carries a generation, so that the undoing of an older one, come late, does nothing.
 */
export class WsManager<Socket> {
  readonly #sockets = new Map<string, Socket>();
  readonly #clients = new Map<string, Set<string>>();
  readonly #tenants = new Map<string, SmallMap<number>>();

  get connections(): number {
    return this.#sockets.size;
  }

  get tenants(): number {
    return this.#clients.size;
  }

  add(clientId: string, socket: Socket): void {
    this.#sockets.set(clientId, socket);
  }

  /** Takes the client out of everything; answers the tenants that it left empty. */
  remove(clientId: string): string[] {
    const emptied: string[] = [];
    for (const [tenantId, generation] of [...this.tenantsOf(clientId)]) {
      if (this.unlink(clientId, tenantId, generation).empty) emptied.push(tenantId);
    }
    this.#sockets.delete(clientId);
    return emptied;
  }

  /** @throws when the client is not here: its links could never be undone. */
  link(clientId: string, tenantId: string, generation: number): Linked {
    if (!this.#sockets.has(clientId)) throw new Error("a client must be added before it is linked");
    const tenants = this.#tenants.get(clientId) ?? new SmallMap<number>();
    this.#tenants.set(clientId, tenants);
    tenants.set(tenantId, generation);
    const clients = this.#clients.get(tenantId);
    if (clients !== undefined) {
      clients.add(clientId);
      return { first: false };
    }
    this.#clients.set(tenantId, new Set([clientId]));
    return { first: true };
  }

  unlink(clientId: string, tenantId: string, generation: number): Unlinked {
    const tenants = this.#tenants.get(clientId);
    const clients = this.#clients.get(tenantId);
    const linked = tenants?.get(tenantId);
    if (tenants === undefined || clients === undefined || linked === undefined || linked > generation) {
      return { done: false, empty: false };
    }
    tenants.delete(tenantId);
    if (tenants.size === 0) this.#tenants.delete(clientId);
    clients.delete(clientId);
    if (clients.size > 0) return { done: true, empty: false };
    this.#clients.delete(tenantId);
    return { done: true, empty: true };
  }

  socketOf(clientId: string): Socket | undefined {
    return this.#sockets.get(clientId);
  }

  sockets(): IterableIterator<Socket> {
    return this.#sockets.values();
  }

  clientsOf(tenantId: string): ReadonlySet<string> {
    return this.#clients.get(tenantId) ?? NONE;
  }

  /** The tenants that the client has joined, with the generation of each link. */
  tenantsOf(clientId: string): ReadonlySmallMap<number> {
    return this.#tenants.get(clientId) ?? NO_TENANTS;
  }

  /** The sockets of a tenant's clients, as they are now: it may be changed while they are gone through. */
  socketsOf(tenantId: string): Socket[] {
    return [...this.clientsOf(tenantId)].flatMap((clientId) => {
      const socket = this.#sockets.get(clientId);
      return socket === undefined ? [] : [socket];
    });
  }
}
