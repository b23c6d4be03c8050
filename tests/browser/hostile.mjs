// Writes a manifest whose names, descriptions, owners and addresses mean harm, made of another: hostile.mjs FROM TO
import { readFileSync, writeFileSync } from "node:fs";

const [from, to] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(from, "utf8"));
const harm = (name) => `${name}</script></td><img src=x onerror="hacked=1"><svg onload=hacked=1>'"\`\u202e\u2066\u2028\u001b[31m{{1}}`;
for (const exposure of Object.values(manifest.exposures)) {
  Object.assign(exposure, { label: harm("label"), description: harm("text"), url: "javascript:hacked=1//https://" });
  exposure.owner = { name: harm("owner"), email: "javascript:hacked=1" };
}
for (const node of Object.values(manifest.nodes)) {
  if (node.resource_type !== "model") continue;
  node.description = "";
  node.original_file_path = `models/${harm("folder")}/a.sql`;
  node.config.meta = node.meta = { owner: harm("team") };
}
for (const source of Object.values(manifest.sources)) {
  source.name = harm(source.name);
  source.description = "";
}
writeFileSync(to, JSON.stringify(manifest));
