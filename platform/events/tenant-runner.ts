import { fullJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";

export type TenantRunnerDeps = {
  readonly clock: Clock;
  readonly random: () => number;
  /** Bounds of the delay after a failure, in milliseconds. */
  readonly retry: { readonly first: number; readonly most: number };
  /** How many tenants may run at the same time; unlimited by default. */
  readonly concurrency?: number;
  /** The task of one tenant. Calls for the same tenant never overlap. */
  run(tenantId: string): Promise<void>;
  /** Called after each failure; `failures` counts those in a row. */
  onFailure(tenantId: string, err: unknown, failures: number): void;
};

export type TenantRunner = {
  /**
   * Runs a tenant's task: now, again if it is running, or later if it waits for its turn or for its delay after a
   * failure. Resolves when the run in progress, if any, has ended. Never rejects.
   */
  request(tenantId: string): Promise<void>;
  /** Resolves when no task runs or waits for its turn; delays after failures do not count. */
  idle(): Promise<void>;
  /** Starts no more tasks; resolves when the running ones have ended. */
  stop(): Promise<void>;
};

type Task = { isDue: boolean; failures: number; running: Promise<void> | null; cancelRetry: (() => void) | null };

/** Runs one task for each tenant, never two of the same at a time, and retries failed ones with full jitter. */
export const createTenantRunner = (deps: TenantRunnerDeps): TenantRunner => {
  const { concurrency = Number.POSITIVE_INFINITY } = deps;
  const tasks = new Map<string, Task>();
  /** Tenants that wait for their turn, first come, first served. */
  const waiting = new Set<string>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  const request = (tenantId: string): Promise<void> => {
    if (stopped) return Promise.resolve();
    let task = tasks.get(tenantId);
    if (task === undefined) {
      task = { isDue: false, failures: 0, running: null, cancelRetry: null };
      tasks.set(tenantId, task);
    }
    if (task.running !== null) task.isDue = true;
    else if (task.cancelRetry === null) {
      waiting.add(tenantId);
      startWaiting();
    }
    return task.running ?? Promise.resolve();
  };

  const startWaiting = () => {
    for (const tenantId of waiting) {
      if (stopped || running.size >= concurrency) return;
      waiting.delete(tenantId);
      const task = tasks.get(tenantId);
      if (task !== undefined) start(tenantId, task);
    }
  };

  const start = (tenantId: string, task: Task) => {
    task.isDue = false;
    const attempted = attempt(tenantId, task).then(() => {
      running.delete(attempted);
      task.running = null;
      if (task.cancelRetry === null) {
        if (task.isDue && !stopped) waiting.add(tenantId);
        else tasks.delete(tenantId);
      }
      startWaiting();
    });
    task.running = attempted;
    running.add(attempted);
  };

  const attempt = async (tenantId: string, task: Task): Promise<void> => {
    try {
      await deps.run(tenantId);
      task.failures = 0;
    } catch (err) {
      task.failures += 1;
      deps.onFailure(tenantId, err, task.failures);
      if (stopped) return;
      task.cancelRetry = deps.clock.after(fullJitter(task.failures, deps.random, deps.retry), () => {
        task.cancelRetry = null;
        void request(tenantId);
      });
    }
  };

  return {
    request,
    idle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
    stop: async () => {
      stopped = true;
      waiting.clear();
      for (const { cancelRetry } of tasks.values()) cancelRetry?.();
      await Promise.all(running);
    },
  };
};
