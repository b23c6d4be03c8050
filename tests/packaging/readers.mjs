// Reads a report with what its platform, or somebody else, publishes for it: readers.mjs NODE_MODULES FORMAT < report
//
//   azure        what Microsoft's own library reads of each logging command
//   checkstyle   what a plugin for Danger reads
//   github       the other way round: of findings, the commands that GitHub's own library writes
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, format] = process.argv.slice(2);
const report = readFileSync(0, "utf8");
const lines = report.split("\n").filter((line) => line !== "");
const require = createRequire(pathToFileURL(path.resolve(modules, "here.js")));

const readers = {
  azure: () => {
    const { commandFromString } = require("azure-pipelines-task-lib/taskcommand");
    return lines.map((line) => ({ ...commandFromString(line) }));
  },
  checkstyle: () => {
    const document = require("xml-js").xml2js(report);
    return require("danger-plugin-lint-report/dist/parse/checkstyle_parser").parseCheckstyle(document, "/nowhere");
  },
};

if (format === "github") {
  const core = await import(pathToFileURL(path.resolve(modules, "@actions/core/lib/core.js")));
  for (const { kind, text, properties } of lines.map((line) => JSON.parse(line))) core[kind](text, properties);
} else {
  process.stdout.write(JSON.stringify(readers[format]()));
}
