import { FailedStep } from "../fail.ts";

export const STATIC_STEPS = ["types", "biome", "oxlint", "unused", "page"] as const;
export const GROUPS = ["unit", "client", "web", "house", "sim", "integration", "e2e"] as const;
export type StaticStep = (typeof STATIC_STEPS)[number];
export type Group = (typeof GROUPS)[number];

export type Selection = {
  readonly steps: readonly StaticStep[];
  readonly groups: readonly Group[];
  /** Test files or folders to run, relative to the root; empty means all. */
  readonly paths: readonly string[];
};

const SETS: Record<string, readonly string[]> = {
  lint: ["biome", "oxlint"],
  tests: GROUPS,
  static: STATIC_STEPS,
};

/**
 * Parses the arguments of `bun check`. By default everything runs; `--only types,lint,unit` selects steps, paths select
 * tests.
 * @throws FailedStep for an unknown option or step
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
      throw new FailedStep(`Unknown option ${arg}; bun check takes --only STEPS and paths of tests.`);
    } else {
      paths.push(arg.replace(/^\.\//, "").replace(/\/+$/, ""));
    }
  }
  const known: readonly string[] = [...STATIC_STEPS, ...GROUPS];
  const unknown = [...names].find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new FailedStep(`Unknown step "${unknown}"; the steps are ${[...known, ...Object.keys(SETS)].join(", ")}.`);
  }
  if (names.size === 0) return { steps: paths.length > 0 ? [] : STATIC_STEPS, groups: GROUPS, paths };
  return {
    steps: STATIC_STEPS.filter((step) => names.has(step)),
    groups: GROUPS.filter((group) => names.has(group)),
    paths,
  };
};
