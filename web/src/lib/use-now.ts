import { useEffect, useState } from "react";

/** The current time in epoch milliseconds, updated every `milliseconds`. */
export const useNow = (milliseconds: number): number => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
  return now;
};
