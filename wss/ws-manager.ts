import { type ReadonlySmallMap, SmallMap } from "./small-map.ts";

export type Linked = { /** The client is the tenant's first on this node. */ readonly first: boolean };
export type Unlinked = {
  /** False when no link of this or an older generation exists. */
  readonly done: boolean;
  /** The client was the tenant's last on this node. */
  readonly empty: boolean;
};

const NONE: ReadonlySet<string> = new Set();
const NO_TENANTS: ReadonlySmallMap<number> = new SmallMap();

/**
 * Three maps: client → socket, tenant → clients, client → tenants. Only `link` and `unlink` write the latter two,
 * always both (M1). Each link has a generation, so that a late `unlink` of an older one does nothing (M3).
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

  /** Unlinks the client from all tenants and forgets its socket. Returns the tenants that became empty. */
  remove(clientId: string): string[] {
    const emptied: string[] = [];
    for (const [tenantId, generation] of [...this.tenantsOf(clientId)]) {
      if (this.unlink(clientId, tenantId, generation).empty) emptied.push(tenantId);
    }
    this.#sockets.delete(clientId);
    return emptied;
  }

  /** @throws Error when the client was not added: nothing would ever undo its links. */
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

  /** The client's tenants with the generation of each link. */
  tenantsOf(clientId: string): ReadonlySmallMap<number> {
    return this.#tenants.get(clientId) ?? NO_TENANTS;
  }

  /** A copy: the caller may link and unlink while iterating. */
  socketsOf(tenantId: string): Socket[] {
    return [...this.clientsOf(tenantId)].flatMap((clientId) => {
      const socket = this.#sockets.get(clientId);
      return socket === undefined ? [] : [socket];
    });
  }
}
