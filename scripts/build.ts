import { buildPage } from "./build-page.ts";
import { orFail } from "./fail.ts";
import { installPackages } from "./install.ts";

await orFail(installPackages());
await orFail(buildPage());
