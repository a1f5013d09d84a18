// Puts FILE.br (brotli 11) and FILE.gz (gzip 9) beside each file of a folder that gains by it, for `make dist`.
//
//   node scripts/compress.mjs target/site

import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const TEXTUAL = /\.(css|html|ico|js|json|svg|txt|wasm|webmanifest|xml)$/;

const root = process.argv[2];
if (!root) throw new Error("usage: node scripts/compress.mjs FOLDER");

for (const name of readdirSync(root, { recursive: true })) {
  const path = join(root, name);
  if (!TEXTUAL.test(path) || !statSync(path).isFile()) continue;
  const plain = readFileSync(path);
  const brotli = brotliCompressSync(plain, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
  });
  const gzip = gzipSync(plain, { level: 9 });
  if (brotli.length < plain.length) writeFileSync(`${path}.br`, brotli);
  if (gzip.length < plain.length) writeFileSync(`${path}.gz`, gzip);
}
