import { ApiProblem } from "../../browser/api-client.ts";
import { isKnown } from "../mutations.ts";
import type { StoredRefusal } from "./outbox-port.ts";
import type { OutboxLink } from "./tab-coordinator.ts";

/** Changes that were taken back. */
export type Refusal = Omit<StoredRefusal, "problem"> & { readonly problem: ApiProblem };

export const storedRefusal = ({ id, intents, title, problem }: Refusal): StoredRefusal => {
  const { code, status, detail, errors } = problem;
  return { id, intents, title, problem: { code, status, detail, errors } };
};

export const revivedRefusal = ({ problem, ...rest }: StoredRefusal): Refusal => ({
  ...rest,
  problem: new ApiProblem(problem.code, problem.status, problem.detail, problem.errors),
});

/** The refusals that nobody has put away yet, of all tabs and also after a reload. */
export class Refusals {
  readonly #link: OutboxLink;
  readonly #changed: () => void;
  #list: readonly Refusal[] = [];

  constructor(link: OutboxLink, changed: () => void) {
    this.#link = link;
    this.#changed = changed;
  }

  /** A new array after each change. */
  get list(): readonly Refusal[] {
    return this.#list;
  }

  find(id: string): Refusal | undefined {
    return this.#list.find((each) => each.id === id);
  }

  show(refusals: readonly Refusal[]): void {
    const known = new Set(this.#list.map(({ id }) => id));
    const fresh = refusals.filter(({ id, intents }) => !known.has(id) && intents.every(isKnown));
    this.#set([...this.#list, ...fresh]);
  }

  hide(id: string): void {
    this.#set(this.#list.filter((each) => each.id !== id));
  }

  dismiss(id: string): void {
    void this.#link.keep((storage) => storage.dismiss(id));
    this.#link.post({ kind: "dismissed", id });
    this.hide(id);
  }

  clear(): void {
    this.#set([]);
  }

  #set(list: readonly Refusal[]): void {
    this.#list = list;
    this.#changed();
  }
}
