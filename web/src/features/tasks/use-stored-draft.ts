import { useEffect, useEffectEvent, useRef, useState } from "react";
import {
  type DraftKey,
  forgetDraft,
  forgetSavedDraft,
  loadDraft,
  type StoredDraft,
  storeDraft,
} from "../../lib/drafts.ts";
import { useRuntime } from "../../session/query-client.ts";

/** What is being written in one place. It is kept on the device, where other tabs find it too. */
export const useStoredDraft = (place: DraftKey) => {
  const [draft, show] = useState<StoredDraft | null>(() => loadDraft(place));
  /** Whether it was written here: what was only found may be what another tab is in the middle of. */
  const isOwn = useRef(false);
  return {
    draft,
    isOwn,
    /** `null`: nothing is unsaved any more. */
    setDraft: (next: StoredDraft | null) => {
      isOwn.current = next !== null;
      show(next);
      if (next !== null) storeDraft(place, next);
      else if (draft !== null) forgetDraft(place, draft);
    },
    setSaved: () => {
      isOwn.current = false;
      show(null);
      forgetSavedDraft(place);
    },
  };
};

/** Calls what `leave` is then when the component goes, unless somebody else is here by then: it would act in their name. */
export const useOnLeave = ({ userId }: DraftKey, leave: () => void): void => {
  const runtime = useRuntime();
  const onLeave = useEffectEvent(leave);
  useEffect(
    () => () => {
      if ((runtime.me()?.user.id ?? userId) === userId) onLeave();
    },
    [runtime, userId],
  );
};
