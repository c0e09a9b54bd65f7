import { useState } from "react";

export type Submit = {
  readonly busy: boolean;
  readonly error: unknown;
  /** Runs `work` and resolves to whether it succeeded. Does nothing while another run is pending. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
};

/** The state of a form's request. */
export const useSubmit = (): Submit => {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
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
