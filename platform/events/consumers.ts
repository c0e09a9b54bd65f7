import { type Consumer, type ConsumerDeps, type ConsumerOptions, type Handle, startConsumer } from "./consumer.ts";

/** The log consumers of a process. */
export type Consumers = {
  /**
   * Starts a consumer as `startConsumer` does, and nudges and stops it with the others.
   * @throws RangeError when the process has one of this name.
   */
  start(name: string, handle: Handle, options?: ConsumerOptions): Promise<void>;
  /** Nudges every consumer after a commit. Never throws and never waits. */
  nudge(tenantId: string): void;
  /** Resolves when no consumer handles events. */
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
