import { z } from "zod";
import { defineEntity } from "./entities/define-entity.ts";
import { boardIdSchema, taskIdSchema, teamIdSchema, userIdSchema, uuidV7 } from "./ids.ts";
import { mentionsIn } from "./mentions.ts";
import { seqSchema } from "./protocol/position.ts";
import { prose } from "./text.ts";
import { timestampSchema } from "./time.ts";

export const MAX_COMMENT_BYTES = 16 * 1024;
const MAX_MENTIONS = 50;

export const commentSchema = z
  .object({
    id: uuidV7().brand<"CommentId">(),
    taskId: taskIdSchema,
    boardId: boardIdSchema,
    teamId: teamIdSchema,
    body: z.string().meta({ description: "Markdown. `@[userId]` mentions a member of the team." }),
    mentions: z.array(userIdSchema).meta({ description: "The users whom the body mentions, in its order." }),
    reactions: z.array(z.object({ emoji: z.string(), userIds: z.array(userIdSchema) })),
    createdBy: userIdSchema,
    importedFrom: z
      .object({ name: z.string(), at: timestampSchema })
      .nullable()
      .meta({ description: "Who wrote an imported comment, and when; `createdBy` imported it." }),
    createdAt: timestampSchema,
    editedAt: timestampSchema.nullable(),
    version: seqSchema,
  })
  .meta({ id: "Comment" });
export type Comment = z.infer<typeof commentSchema>;

const bodySchema = prose(MAX_COMMENT_BYTES)
  .refine((body) => body.trim() !== "", "must not be empty")
  .refine((body) => mentionsIn(body).length <= MAX_MENTIONS, `must mention at most ${MAX_MENTIONS} people`)
  .meta({ minLength: 1 });

const createCommentSchema = z
  .strictObject({ id: commentSchema.shape.id.optional(), body: bodySchema })
  .meta({ id: "CreateComment" });

const updateCommentSchema = z.strictObject({ body: bodySchema }).partial().meta({ id: "UpdateComment" });

export const comments = defineEntity({
  kind: "comment",
  plural: "comments",
  verbs: ["CREATED", "UPDATED", "DELETED"],
  schema: commentSchema,
  scope: { team: "teamId", board: "boardId", task: "taskId" },
  read: "viewer",
  write: "member",
  create: createCommentSchema,
  update: updateCommentSchema,
  texts: ["body"],
  title: "body",
  fresh: ({ body }, { id, scope, by, at, version }) => ({
    id,
    ...scope,
    body,
    mentions: mentionsIn(body),
    reactions: [],
    createdBy: by,
    importedFrom: null,
    createdAt: at,
    editedAt: null,
    version,
  }),
  apply: (comment, { body = comment.body }, at) =>
    body === comment.body ? comment : { ...comment, body, mentions: mentionsIn(body), editedAt: at },
});
