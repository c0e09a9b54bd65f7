import { useState } from "react";

export type Submit = {
  readonly busy: boolean;
  readonly error: unknown;
  /** Runs the work once; while it runs, further calls do nothing. Resolves to whether it succeeded. */
  readonly run: (work: () => Promise<void>) => Promise<boolean>;
};

/** A form's one running request and what came of it. */
export const useSubmit = (): Submit => {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    if (state.busy) return false;
    setState({ busy: true, error: null });
    try {
      await work();
      setState({ busy: false, error: null });
      return true;
    } catch (error) {
      setState({ busy: false, error });
      return false;
    }
  };
  return { ...state, run };
};
