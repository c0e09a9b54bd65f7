type Bounds = {
  /** After no failure yet, milliseconds; doubles with each. */
  readonly first: number;
  readonly most: number;
};

const boundOf = (failures: number, { first, most }: Bounds): number =>
  Math.min(most, first * 2 ** Math.min(failures, 20));

/** Anywhere between nothing and the bound: those who failed together come back spread out. */
export const fullJitter = (failures: number, random: () => number, bounds: Bounds): number =>
  random() * boundOf(failures, bounds);

/** At least half of the bound. */
export const equalJitter = (failures: number, random: () => number, bounds: Bounds): number =>
  (0.5 + random() / 2) * boundOf(failures, bounds);
