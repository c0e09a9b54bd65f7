import { z } from "zod";

export const COLORS = ["gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"] as const;

export const colorSchema = z.enum(COLORS).meta({ id: "Color" });
export type Color = z.infer<typeof colorSchema>;
