import { z } from "zod";
import { invitationIdSchema } from "./ids.ts";
import { personNameSchema, userSchema } from "./users.ts";

export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 128;

const emailSchema = z.email("must be an email address").max(254);
const newPasswordSchema = z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH);

export const signUpSchema = z
  .strictObject({
    name: personNameSchema,
    email: emailSchema,
    password: newPasswordSchema,
    invitationId: invitationIdSchema
      .optional()
      .meta({ description: "Where accounts are made by invitation only: the invitation." }),
  })
  .meta({ id: "SignUp" });
export type SignUp = z.infer<typeof signUpSchema>;

export const signInSchema = z
  .strictObject({ email: emailSchema, password: z.string().min(1).max(MAX_PASSWORD_LENGTH) })
  .meta({ id: "SignIn" });
export type SignIn = z.infer<typeof signInSchema>;

/** The session token; it goes into `Authorization: Bearer`. Browsers get the same session as a cookie. */
export const signedInSchema = z.object({ token: z.string(), user: userSchema }).meta({ id: "SignedIn" });

export const changePasswordSchema = z
  .strictObject({
    currentPassword: z.string().min(1).max(MAX_PASSWORD_LENGTH),
    newPassword: newPasswordSchema,
    revokeOtherSessions: z.boolean().optional(),
  })
  .meta({ id: "ChangePassword" });

const DAY_SECONDS = 24 * 60 * 60;

export const createApiKeySchema = z
  .strictObject({
    name: z.string().min(1).max(32).optional(),
    expiresIn: z
      .int()
      .min(DAY_SECONDS)
      .max(365 * DAY_SECONDS)
      .nullish()
      .meta({ description: "Seconds until the key ends, a day to a year; never without it." }),
  })
  .meta({ id: "CreateApiKey" });

export const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    start: z.string().nullable(),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
  })
  .meta({ id: "ApiKey" });

export const createdApiKeySchema = apiKeySchema
  .extend({ key: z.string().meta({ description: "Shown only now." }) })
  .meta({ id: "CreatedApiKey" });

export const deleteApiKeySchema = z.strictObject({ keyId: z.string().min(1).max(64) }).meta({ id: "DeleteApiKey" });

export const successSchema = z.object({ success: z.boolean() }).meta({ id: "Success" });
