// The two ends of scripts/autobahn.sh: what the suite is to run, and what came of it.
//
//   node scripts/autobahn.mjs spec PORT FOLDER CASES…     prints the suite's spec.json
//   node scripts/autobahn.mjs result FOLDER               tells the failed cases and the sums; exit code 1 when there are any

import { readFileSync } from "node:fs";

const AGENT = "flotilla";
const FAILED = ["FAILED", "WRONG CODE", "UNCLEAN"];

function spec(port, outdir, ...cases) {
  const servers = [{ agent: AGENT, url: `ws://127.0.0.1:${port}/echo` }];
  console.log(JSON.stringify({ outdir, servers, cases, "exclude-cases": [], "exclude-agent-cases": {} }));
}

function result(folder) {
  const all = Object.entries(JSON.parse(readFileSync(`${folder}/index.json`, "utf8"))[AGENT] ?? {});
  const sums = {};
  for (const [, { behavior }] of all) sums[behavior] = (sums[behavior] ?? 0) + 1;
  const bad = all.filter(([, it]) => FAILED.includes(it.behavior) || FAILED.includes(it.behaviorClose));
  for (const [id, it] of bad) console.log(`case ${id}: ${it.behavior}, its close: ${it.behaviorClose}`);
  console.log(Object.entries(sums).map(([what, many]) => `${many} ${what}`).join(", "));
  console.log(`${all.length - bad.length} passed, ${bad.length} failed`);
  process.exitCode = all.length === 0 || bad.length > 0 ? 1 : 0;
}

const [what, ...rest] = process.argv.slice(2);
if (what === "spec") spec(...rest);
else if (what === "result") result(...rest);
else throw new Error("usage: node scripts/autobahn.mjs spec PORT FOLDER CASES… | result FOLDER");
