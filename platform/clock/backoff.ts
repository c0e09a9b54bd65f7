type Bounds = {
  /** The bound without failures, in milliseconds; doubles with each failure. */
  readonly first: number;
  readonly most: number;
};

const boundOf = (failures: number, { first, most }: Bounds): number =>
  Math.min(most, first * 2 ** Math.min(failures, 20));

/** Between 0 and the bound: processes that failed together retry spread out. In milliseconds. */
export const fullJitter = (failures: number, random: () => number, bounds: Bounds): number =>
  random() * boundOf(failures, bounds);

/** Between half of the bound and the bound. In milliseconds. */
export const equalJitter = (failures: number, random: () => number, bounds: Bounds): number =>
  (0.5 + random() / 2) * boundOf(failures, bounds);
