import { comments } from "../../../shared/comments.ts";
import { roleAtLeast } from "../../../shared/role.ts";
import { AppError, invalidFields } from "../../app-error.ts";
import { crudService } from "../../crud/service.ts";
import { membersAmong } from "../members/service.ts";

/** An author edits, an author or an admin deletes, and only members of the team are mentioned. */
export const commentService = crudService(comments, {
  beforeWrite: async ({ tx, tenantId, userId }, comment, before) => {
    if (before !== null && before.createdBy !== userId) {
      throw new AppError("FORBIDDEN", "Only its author may edit a comment");
    }
    const added = comment.mentions.filter((id) => !before?.mentions.includes(id));
    const known = await membersAmong(tx, tenantId, added);
    const strangers = added.filter((id) => !known.has(id));
    if (strangers.length > 0) {
      throw invalidFields(...strangers.map((id) => ({ path: "body", message: `${id} is no member of this team` })));
    }
  },
  beforeDelete: ({ userId, role }, comment) => {
    if (comment.createdBy !== userId && !roleAtLeast(role, "admin")) {
      throw new AppError("FORBIDDEN", "Only its author or an admin may delete a comment");
    }
  },
});
