import { FailedStep } from "../fail.ts";

export const STATIC_STEPS = ["types", "biome", "oxlint", "unused", "page"] as const;
export const GROUPS = ["unit", "client", "web", "house", "sim", "integration", "e2e"] as const;
export type StaticStep = (typeof STATIC_STEPS)[number];
export type Group = (typeof GROUPS)[number];

export type Selection = {
  readonly steps: readonly StaticStep[];
  readonly groups: readonly Group[];
  /** Only test files at or under these, from the root; empty means all. */
  readonly paths: readonly string[];
};

const SETS: Record<string, readonly string[]> = {
  lint: ["biome", "oxlint"],
  tests: GROUPS,
  static: STATIC_STEPS,
};

/**
 * What of the gate to run: all of it by default, `--only types,lint,unit` some of its steps, paths some of its tests.
 * @throws FailedStep for what it doesn't know
 */
export const selectionOf = (args: readonly string[]): Selection => {
  const names = new Set<string>();
  const paths: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [flag, value] = arg.split("=", 2);
    if (flag === "--only") {
      const listed = value ?? args[++at] ?? "";
      for (const name of listed.split(",")) for (const one of SETS[name] ?? [name]) names.add(one);
    } else if (arg.startsWith("-")) {
      throw new FailedStep(`bun check doesn't know ${arg}; it knows --only and paths of tests.`);
    } else {
      paths.push(arg.replace(/^\.\//, "").replace(/\/+$/, ""));
    }
  }
  const known: readonly string[] = [...STATIC_STEPS, ...GROUPS];
  const unknown = [...names].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new FailedStep(`There is no step "${unknown}": ${[...known, ...Object.keys(SETS)].join(", ")}.`);
  }
  if (names.size === 0) return { steps: paths.length > 0 ? [] : STATIC_STEPS, groups: GROUPS, paths };
  return {
    steps: STATIC_STEPS.filter((step) => names.has(step)),
    groups: GROUPS.filter((group) => names.has(group)),
    paths,
  };
};
