import { ApiProblem } from "../../browser/api-client.ts";
import { isKnown } from "../mutation.ts";
import type { SyncSchema } from "../schema.ts";
import type { StoredRejection } from "./outbox-port.ts";
import type { TabCoordinator } from "./tab-coordinator.ts";

/** Mutations that the server refused and that were taken back together. */
export type Rejection = Omit<StoredRejection, "problem"> & { readonly problem: ApiProblem };

export const storedRejection = ({ id, mutations, title, problem }: Rejection): StoredRejection => {
  const { code, status, detail, errors } = problem;
  return { id, mutations, title, problem: { code, status, detail, errors } };
};

export const revivedRejection = ({ problem, ...rest }: StoredRejection): Rejection => ({
  ...rest,
  problem: new ApiProblem(problem.code, problem.status, problem.detail, problem.errors),
});

/** The rejections that the person has not dismissed yet, of all tabs and also after a reload. */
export class Rejections {
  readonly #schema: SyncSchema;
  readonly #tabs: TabCoordinator;
  readonly #changed: () => void;
  #list: readonly Rejection[] = [];

  constructor(schema: SyncSchema, tabs: TabCoordinator, changed: () => void) {
    this.#schema = schema;
    this.#tabs = tabs;
    this.#changed = changed;
  }

  /** A new array after each change. */
  get list(): readonly Rejection[] {
    return this.#list;
  }

  find(id: string): Rejection | undefined {
    return this.#list.find((each) => each.id === id);
  }

  show(rejections: readonly Rejection[]): void {
    const known = new Set(this.#list.map(({ id }) => id));
    const fresh = rejections.filter(
      ({ id, mutations }) => !known.has(id) && mutations.every((mutation) => isKnown(this.#schema, mutation)),
    );
    this.#set([...this.#list, ...fresh]);
  }

  hide(id: string): void {
    this.#set(this.#list.filter((each) => each.id !== id));
  }

  dismiss(id: string): void {
    void this.#tabs.store((storage) => storage.dismiss(id));
    this.#tabs.post({ kind: "dismissed", id });
    this.hide(id);
  }

  clear(): void {
    this.#set([]);
  }

  #set(list: readonly Rejection[]): void {
    this.#list = list;
    this.#changed();
  }
}
