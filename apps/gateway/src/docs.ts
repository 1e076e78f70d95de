import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Answer } from "./answer.ts";
import { CACHE, fingerprintOf, pageFile } from "./page-file.ts";

const require = createRequire(import.meta.url);

/** Everything that the page needs, by name. Swagger UI draws it. */
const FILES: Readonly<Record<string, { readonly type: string; readonly content: string | Buffer<ArrayBuffer> }>> = {
  "swagger-ui.css": { type: "text/css", content: readFileSync(require.resolve("swagger-ui-dist/swagger-ui.css")) },
  "swagger-ui-bundle.js": {
    type: "text/javascript",
    content: readFileSync(require.resolve("swagger-ui-dist/swagger-ui-bundle.js")),
  },
  // Reading only: the locks say which operations need a token, but nobody should type one into a page.
  "page.css": {
    type: "text/css",
    content: `body { margin: 0; }
.auth-wrapper { display: none !important; }
.authorization__btn { pointer-events: none; }
`,
  },
  // Its validator is on somebody else's server.
  "page.js": {
    type: "text/javascript",
    content: `SwaggerUIBundle({
  dom_id: "#document",
  url: document.querySelector("link[rel=service-desc]").href,
  deepLinking: true,
  docExpansion: "list",
  supportedSubmitMethods: [],
  validatorUrl: null,
});
`,
  },
};

/** In the URL of every file, so that browsers may keep it for ever. */
const VERSION = fingerprintOf(Object.values(FILES).map(({ content }) => content));

/** Relative addresses: the page works below any path, also one that only a proxy knows. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Roombridge API</title>
    <link rel="icon" href="data:," />
    <link rel="service-desc" type="application/json" href="openapi.json" />
    <link rel="stylesheet" href="docs/${VERSION}/swagger-ui.css" />
    <link rel="stylesheet" href="docs/${VERSION}/page.css" />
  </head>
  <body>
    <noscript>This page takes JavaScript; <a href="openapi.json">the document</a> does not.</noscript>
    <div id="document"></div>
    <script src="docs/${VERSION}/swagger-ui-bundle.js"></script>
    <script src="docs/${VERSION}/page.js"></script>
  </body>
</html>
`;

/** A readable page over the OpenAPI document; nothing in it comes from anywhere else. Answers to GET, by path. */
export const DOCS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ["/docs", pageFile("text/html", PAGE, CACHE.never)],
  ["/docs/", { status: 308, headers: { location: "../docs" } }],
  ...Object.entries(FILES).map(
    ([name, { type, content }]) => [`/docs/${VERSION}/${name}`, pageFile(type, content, CACHE.forEver)] as const,
  ),
]);
