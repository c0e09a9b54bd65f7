import { v4, v7 } from "uuid";
import type { Config } from "../platform/config/config.ts";
import type { Origins } from "../platform/config/origins.ts";
import type { Platform } from "../platform/process/open-platform.ts";
import { createApp } from "./app.ts";

/** Assembles the REST interface, the event stream and the page on an open platform. */
export const composeApi = (
  platform: Omit<Platform, "close">,
  options: { readonly config: Config; readonly origins: Origins; readonly pageDirectory: string },
) =>
  createApp(
    {
      ...platform,
      config: options.config,
      origins: options.origins,
      newId: v7,
      newSecretId: v4,
    },
    { pageDirectory: options.pageDirectory },
  );
