import { useEffect, useState } from "react";

/** Becomes true once `active` has lasted `milliseconds`: what comes at once should not flash a skeleton first. */
export const useDelayed = (active: boolean, milliseconds = 150): boolean => {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!active) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), milliseconds);
    return () => clearTimeout(timer);
  }, [active, milliseconds]);
  return active && late;
};
