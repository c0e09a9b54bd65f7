import { useEffect, useState } from "react";

/** Becomes true once `active` has lasted `milliseconds`, so a fast load shows no skeleton. */
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
