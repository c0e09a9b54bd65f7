import { type RefObject, useEffect, useRef } from "react";

/**
 * Returns a ref to the value of the last committed render, for callbacks that outlive it. `useEffectEvent` would do the
 * same, but React 18 does not have it. Call it before the effects that read the ref.
 */
export const useLatest = <Value>(value: Value): RefObject<Value> => {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
};
