import { z } from "zod";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a tenant is one of Artel's own teams; other backends' tenants have ids of other shapes. */
export const isOwnTenant = (tenantId: string): boolean => UUID_V7.test(tenantId);

/** An id of one kind of entity: brand it. */
export const uuidV7 = () => z.string().regex(UUID_V7, "must be a lower-case UUIDv7").meta({ format: "uuid" });

/** Ids are lower-case UUIDv7: they sort by the time of their making and are never reused. */
export const userIdSchema = uuidV7().brand<"UserId">();
export const teamIdSchema = uuidV7().brand<"TeamId">();
export const boardIdSchema = uuidV7().brand<"BoardId">();
export const columnIdSchema = uuidV7().brand<"ColumnId">();
export const labelIdSchema = uuidV7().brand<"LabelId">();
export const taskIdSchema = uuidV7().brand<"TaskId">();
export const importIdSchema = uuidV7().brand<"ImportId">();

/** An invitation's id is its secret: a UUIDv4 with 122 random bits. */
export const invitationIdSchema = z
  .string()
  .regex(UUID_V4, "must be a lower-case UUIDv4")
  .meta({ format: "uuid" })
  .brand<"InvitationId">();

export type UserId = z.infer<typeof userIdSchema>;
export type TeamId = z.infer<typeof teamIdSchema>;
export type BoardId = z.infer<typeof boardIdSchema>;
export type ColumnId = z.infer<typeof columnIdSchema>;
export type LabelId = z.infer<typeof labelIdSchema>;
export type TaskId = z.infer<typeof taskIdSchema>;
export type ImportId = z.infer<typeof importIdSchema>;
export type InvitationId = z.infer<typeof invitationIdSchema>;
