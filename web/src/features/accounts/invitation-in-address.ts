import { invitationIdSchema } from "../../../../shared/ids.ts";

/** The invitation that brought the person here: where accounts are made by invitation only, it opens the door. */
export const invitationInAddress = (): { invitationId?: ReturnType<typeof invitationIdSchema.parse> } => {
  const next = new URLSearchParams(window.location.search).get("next") ?? "";
  for (const path of [window.location.pathname, next]) {
    const parsed = invitationIdSchema.safeParse(/^\/join\/([^/?]+)/.exec(path)?.[1]);
    if (parsed.success) return { invitationId: parsed.data };
  }
  return {};
};
