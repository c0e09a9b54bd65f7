import { readFileSync } from "node:fs";

export const IS_MEASURABLE = process.platform === "linux";

/** USER_HZ: 100 on every architecture that Bun runs on. */
const TICKS_PER_SECOND = 100;

/** User and system time of all threads of a process, in microseconds. The kernel counts it in steps of 10 ms. */
export const cpuMicros = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The process name in parentheses may contain spaces, so fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / TICKS_PER_SECOND;
};

/** Resident memory of a process, in bytes. */
export const residentBytes = (pid: number): number => {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
};
