import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EntityKind } from "../shared/entities/registry.ts";
import { crudDefinitions } from "./crud/definition.ts";
import { tagDescriptionOf, tagOf } from "./crud/words.ts";
import type { AppContext } from "./http.ts";
import type { Router } from "./openapi.ts";

const DESCRIPTION = `Artel is a live team board. Commands go up by HTTP; facts come down by event, on the socket, by
server-sent events or from \`/api/teams/{teamId}/events\`; all show the same objects.

Every answer about one team carries \`Artel-Position: <epoch>:<seq>\`. Failures are problem details (RFC 9457) with a
\`code\`. The socket and the event stream are described at [/api/asyncapi.json](/api/asyncapi.json).`;

/** Descriptions of tags in place of the usual `Tasks of a board`. */
const TAGS: Partial<Record<EntityKind, string>> = { board: "Boards and their snapshots" };

/** The OpenAPI 3.1 document of a router. */
export const openApiDocument = (router: Router, about: { version: string; baseUrl: string }) =>
  router.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Artel",
      version: about.version,
      description: DESCRIPTION,
      license: { name: "MIT", url: "https://opensource.org/license/mit" },
    },
    servers: [{ url: about.baseUrl, description: "This server" }],
    security: [{ session: [] }, { bearer: [] }, { apiKey: [] }],
    tags: [
      { name: "Accounts", description: "Users, sessions and API keys" },
      { name: "Me", description: "The signed-in person" },
      { name: "Teams", description: "Who works together" },
      { name: "Members", description: "Who is in a team, with which role" },
      { name: "Invitations", description: "Links that let people join" },
      ...crudDefinitions().map((definition) => ({
        name: tagOf(definition),
        description: TAGS[definition.kind] ?? tagDescriptionOf(definition),
      })),
      { name: "Imports", description: "Boards from elsewhere" },
      { name: "Events", description: "The log of a team" },
      { name: "Realtime", description: "Tokens for the socket, and the event stream" },
      { name: "Operations", description: "Health" },
    ],
  });

/** Documents the three ways to authenticate a request. */
export const registerSecurity = (router: Router): void => {
  router.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "artel.session_token",
    description: "The cookie of a signed-in browser.",
  });
  router.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "The token that sign-in answers.",
  });
  router.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "x-api-key",
    description: "A key made by `POST /api/auth/api-key/create`.",
  });
};

/** The folder of the package. Importing the package would evaluate its bundle, half a second of every start. */
const SWAGGER = dirname(fileURLToPath(import.meta.resolve("swagger-ui-dist/package.json")));

const ASSETS: Record<string, string> = {
  "swagger-ui.css": "text/css; charset=utf-8",
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "favicon-32x32.png": "image/png",
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Artel – REST interface</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const START = `window.SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  withCredentials: true,
  persistAuthorization: false,
});
`;

/** Serves Swagger UI from our own files, without a CDN. */
export const swaggerPage = (c: AppContext) => c.html(PAGE);

export const swaggerAsset = async (c: AppContext) => {
  const name = c.req.param("asset") ?? "";
  if (name === "start.js") return c.body(START, 200, { "Content-Type": "text/javascript; charset=utf-8" });
  const type = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (type === undefined) return c.notFound();
  return c.body(await Bun.file(join(SWAGGER, name)).arrayBuffer(), 200, {
    "Content-Type": type,
    "Cache-Control": "public, max-age=86400",
  });
};
