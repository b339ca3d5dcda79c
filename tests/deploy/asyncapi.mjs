// Parses an AsyncAPI document with the reference parser: node asyncapi.mjs FOLDER_OF_NODE_MODULES DOCUMENT
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [modules, path] = process.argv.slice(2);
const { Parser } = createRequire(`${modules}/index.js`)("@asyncapi/parser");
const { document, diagnostics } = await new Parser().parse(readFileSync(path, "utf8"), { source: path });
const errors = diagnostics.filter((each) => each.severity === 0);
for (const each of errors) console.log(`${each.path.join(".")}: ${each.message}`);
if (document && errors.length === 0) console.log("valid");
else process.exit(1);
