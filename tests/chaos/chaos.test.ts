import { expect, test } from "bun:test";
import { FAULTS } from "./faults.ts";
import { type ChaosPlan, runChaos } from "./run.ts";

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

/** The gate's run; `bun chaos` sets these variables to more. */
const PLAN: ChaosPlan = {
  seed: number("CHAOS_SEED", 1),
  seconds: number("CHAOS_SECONDS", 45),
  clients: number("CHAOS_CLIENTS", 24),
  teams: number("CHAOS_TEAMS", 2),
  rate: number("CHAOS_RATE", 20),
  ...(process.env["CHAOS_FAULTS"] === undefined ? {} : { faults: process.env["CHAOS_FAULTS"].split(",") }),
  log: (line) => console.log(`${new Date().toISOString().slice(11, 23)} ${line}`),
};

const takesRedis = (name: string): boolean => FAULTS.some((fault) => fault.name === name && fault.takesRedis === true);

test(
  `C1 C2 C4 after ${FAULTS.length} kinds of faults in real processes, every page shows the database's state, and no change is lost or doubled`,
  async () => {
    const report = await runChaos(PLAN);
    console.log(JSON.stringify({ ...report, faults: report.faults.length }));
    expect(report.wrong).toEqual([]);
    expect(report.changes).toBeGreaterThan(0);
    // Writes never wait for the bus.
    if (report.faults.some(takesRedis)) expect(report.answeredWithoutRedis).toBeGreaterThan(0);
  },
  (PLAN.seconds + 180) * 1_000,
);
