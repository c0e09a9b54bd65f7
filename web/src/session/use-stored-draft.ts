import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useSyncEngine } from "../../../client/react/sync-context.ts";
import {
  type DraftKey,
  forgetDraft,
  forgetSavedDraft,
  loadDraft,
  type StoredDraft,
  storeDraft,
} from "../lib/drafts.ts";

/** A draft of a text field. It is stored on the device, where other tabs find it too. */
export const useStoredDraft = (key: DraftKey) => {
  const [draft, setShown] = useState<StoredDraft | null>(() => loadDraft(key));
  /** Whether this tab wrote the draft. A restored one may be in use in another tab, so leaving must not save it. */
  const isOwn = useRef(false);
  return {
    draft,
    isOwn,
    /** `null` discards the draft. */
    setDraft: (next: StoredDraft | null) => {
      isOwn.current = next !== null;
      setShown(next);
      if (next !== null) storeDraft(key, next);
      else if (draft !== null) forgetDraft(key, draft);
    },
    setSaved: () => {
      isOwn.current = false;
      setShown(null);
      forgetSavedDraft(key);
    },
  };
};

/** Calls the latest `leave` on unmount, unless another user has signed in: it would save in their name. */
export const useOnLeave = ({ userId }: DraftKey, leave: () => void): void => {
  const engine = useSyncEngine();
  const onLeave = useEffectEvent(leave);
  useEffect(
    () => () => {
      if ((engine.me()?.user.id ?? userId) === userId) onLeave();
    },
    [engine, userId],
  );
};
