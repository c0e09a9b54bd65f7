import { invitationIdSchema } from "../../../../shared/ids.ts";

/** Reads the invitation from the address. Servers with invitation-only accounts require it at sign-up. */
export const invitationInAddress = (): { invitationId?: ReturnType<typeof invitationIdSchema.parse> } => {
  const next = new URLSearchParams(window.location.search).get("next") ?? "";
  for (const path of [window.location.pathname, next]) {
    const parsed = invitationIdSchema.safeParse(/^\/join\/([^/?]+)/.exec(path)?.[1]);
    if (parsed.success) return { invitationId: parsed.data };
  }
  return {};
};
