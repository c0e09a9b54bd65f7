import { fullJitter } from "../clock/backoff.ts";
import type { Clock } from "../clock/clock.ts";

export type TenantRunnerDeps = {
  readonly clock: Clock;
  readonly random: () => number;
  /** Bounds of the wait after a failure, in milliseconds. */
  readonly retry: { readonly first: number; readonly most: number };
  /** How many tenants may have their work done at a time; without it, all of them. */
  readonly atOnce?: number;
  /** One tenant's work; never called for a tenant whose last call is still running. */
  work(tenantId: string): Promise<void>;
  /** Called after each failure of the work; `failures` counts those in a row. */
  failed(tenantId: string, err: unknown, failures: number): void;
};

export type TenantRunner = {
  /**
   * Has a tenant's work done: now, once more if it is being done, or when its turn or its wait after a failure is over.
   * Resolves when the call that is running, if there is one, has ended. Never rejects.
   */
  request(tenantId: string): Promise<void>;
  /** Resolves when nothing is running or has its turn to come; waits after failures do not count. */
  idle(): Promise<void>;
  /** Begins no more work; resolves when what is running has ended. */
  stop(): Promise<void>;
};

type Task = { isDue: boolean; failures: number; running: Promise<void> | null; cancelRetry: (() => void) | null };

/** Does work tenant by tenant, one call of each at a time, and does it again after a failure, with full jitter. */
export const createTenantRunner = (deps: TenantRunnerDeps): TenantRunner => {
  const { atOnce = Number.POSITIVE_INFINITY } = deps;
  const tasks = new Map<string, Task>();
  /** Tenants whose turn is to come, in order. */
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
      if (stopped || running.size >= atOnce) return;
      waiting.delete(tenantId);
      const task = tasks.get(tenantId);
      if (task !== undefined) start(tenantId, task);
    }
  };

  const start = (tenantId: string, task: Task) => {
    task.isDue = false;
    const run = attempt(tenantId, task).then(() => {
      running.delete(run);
      task.running = null;
      if (task.cancelRetry === null) {
        if (task.isDue && !stopped) waiting.add(tenantId);
        else tasks.delete(tenantId);
      }
      startWaiting();
    });
    task.running = run;
    running.add(run);
  };

  const attempt = async (tenantId: string, task: Task): Promise<void> => {
    try {
      await deps.work(tenantId);
      task.failures = 0;
    } catch (err) {
      task.failures += 1;
      deps.failed(tenantId, err, task.failures);
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
