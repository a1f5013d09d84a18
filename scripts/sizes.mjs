// What a browser downloads before a page is alive: WASM + JS + CSS, brotli 11, against the budget.
//
//   node scripts/sizes.mjs [target/site]     a line a file; exit code 1 when all together are over the budget of a chat room
//
// The site is one set of files, so its sum is an upper bound for every page; end2end/tests/budget.spec.ts weighs what /chat/general really asks for.

import { readFileSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

/** First load of `/chat/general`, in bytes: shared by the script and the browser test. */
export const CHAT_BUDGET_BYTES = 150_000;

const COUNTED = [".wasm", ".js", ".css"];

/** Whether a file of this name counts. */
export function counts(name) {
  return COUNTED.includes(extname(name));
}

/** How many bytes these are on the wire. */
export function onTheWire(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

function weigh(site) {
  let sum = 0;
  for (const name of readdirSync(site, { recursive: true }).filter(counts).sort()) {
    const bytes = readFileSync(join(site, name));
    const size = onTheWire(bytes);
    sum += size;
    console.log(`${String(size).padStart(8)}  of ${String(bytes.length).padStart(8)}  ${name}`);
  }
  console.log(`${String(sum).padStart(8)}  in all, of ${CHAT_BUDGET_BYTES}`);
  process.exitCode = sum === 0 || sum > CHAT_BUDGET_BYTES ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) weigh(process.argv[2] ?? "target/site");
