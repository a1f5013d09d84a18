// What a first visit downloads. TARGETS: a chat room at most 150 kB of WASM, JS and CSS, brotli 11.

import { CHAT_BUDGET_BYTES, counts, onTheWire } from "../../scripts/sizes.mjs";
import { expect, test } from "../fixtures.ts";

test("the first visit to a chat room stays within its budget", async ({ page }) => {
  const loading: Promise<[string, number]>[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (counts(pathname)) loading.push(response.body().then((body) => [pathname, onTheWire(body)]));
  });
  await page.goto("/chat/general", { waitUntil: "networkidle" });

  const loaded = await Promise.all(loading);
  const sum = loaded.reduce((all, [, size]) => all + size, 0);
  expect(loaded.some(([name]) => name.endsWith(".wasm")), "the room's WASM was loaded").toBe(true);
  expect(sum, loaded.map(([name, size]) => `${name} ${size}`).join(", ")).toBeLessThanOrEqual(CHAT_BUDGET_BYTES);
});
