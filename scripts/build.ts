import { buildPage } from "./build-page.ts";
import { installPackages } from "./install.ts";

await installPackages();
await buildPage();
