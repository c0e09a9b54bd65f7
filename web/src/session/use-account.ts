import { useMemo } from "react";
import { z } from "zod";
import { noteSignIn } from "../../../client/browser/session-hint.ts";
import { useSyncEngine } from "../../../client/react/sync-context.ts";
import { ME_KEY } from "../../../client/sync/signed-in.ts";
import type { SignIn, SignUp } from "../../../shared/accounts.ts";
import { forgetDrafts } from "../lib/drafts.ts";
import { meOf } from "./me-query.ts";

export type Account = {
  readonly signUp: (input: SignUp) => Promise<void>;
  readonly signIn: (input: SignIn) => Promise<void>;
  /** Ends the session and forgets everything cached and everything unsent. */
  readonly signOut: () => Promise<void>;
};

/** Each call throws `ApiProblem` or `NetworkFailure`. The functions keep their identity. */
export const useAccount = (): Account => {
  const engine = useSyncEngine();
  return useMemo(() => {
    const post = async (path: string, body: object) => {
      await engine.api.request({ method: "POST", path: `/auth${path}`, body, schema: z.unknown() });
    };
    const enter = async (path: string, body: object) => {
      await post(path, body);
      noteSignIn();
      await engine.queryClient.invalidateQueries({ queryKey: ME_KEY });
      engine.outbox.wake();
    };
    return {
      signUp: (input) => enter("/sign-up/email", input),
      signIn: (input) => enter("/sign-in/email", input),
      signOut: async () => {
        await post("/sign-out", {});
        // Signed out first, so that what is shown leaves before what it shows.
        const userId = meOf(engine)?.user.id;
        if (userId !== undefined) forgetDrafts(userId);
        engine.queryClient.setQueryData(ME_KEY, null);
        await engine.wipe();
      },
    };
  }, [engine]);
};
