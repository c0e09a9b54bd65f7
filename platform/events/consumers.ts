import { type Consumer, type ConsumerDeps, type ConsumerOptions, type Handle, startConsumer } from "./consumer.ts";

/** The log consumers of a process. */
export type Consumers = {
  /** Starts one, see `startConsumer`; it is nudged after commits and stopped with the others. */
  start(name: string, handle: Handle, options?: ConsumerOptions): Promise<void>;
  /** Tells all of them of a commit. Never throws and never waits. */
  nudge(tenantId: string): void;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
};

export const createConsumers = (deps: ConsumerDeps): Consumers => {
  const names = new Set<string>();
  const consumers: Consumer[] = [];
  return {
    start: async (name, handle, options) => {
      if (names.has(name)) throw new RangeError(`this process has a consumer of this name already: ${name}`);
      names.add(name);
      try {
        consumers.push(await startConsumer(deps, name, handle, options));
      } catch (error) {
        names.delete(name);
        throw error;
      }
    },
    nudge: (tenantId) => {
      for (const consumer of consumers) consumer.nudge(tenantId);
    },
    idle: async () => {
      await Promise.all(consumers.map((consumer) => consumer.idle()));
    },
    stop: async () => {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
    },
  };
};
