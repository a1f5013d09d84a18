// A room with more in it than fits: older messages, and five hundred at once.

import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

// Lifts the message rates per person, and lets in without a Join form.
test.use({ serverArgs: ["--open"] });

const texts = (page: Page) => page.getByRole("log").locator(".text");
const live = (page: Page) => page.locator(".live:not(.idle, .wait, .off)");

/** Says many things at once, as programs would. */
async function many(page: Page, count: number, what: string): Promise<void> {
  const failed = await page.evaluate(
    async ({ count, what }) => {
      const send = (n: number) => {
        const body = new URLSearchParams({ room: "general", client_id: crypto.randomUUID(), text: `${what} ${n}` });
        return fetch("/fn/chat/send", { method: "POST", body, headers: { accept: "application/json" } });
      };
      const answers = [];
      for (let n = 1; n <= count; n++) answers.push(what === "burst" ? send(n) : await send(n));
      return (await Promise.all(answers)).filter((answer) => !answer.ok).length;
    },
    { count, what },
  );
  expect(failed).toBe(0);
}

test("older messages come in above as one scrolls, without a jump", async ({ page }) => {
  await page.goto("/chat/general");
  await many(page, 120, "message");
  await page.reload();
  await expect(live(page)).toBeVisible();
  await expect(texts(page).last()).toHaveText("message 120");
  await expect(texts(page).last()).toBeInViewport();
  const first = page.getByText("message 75", { exact: true });
  await first.scrollIntoViewIfNeeded();
  const before = (await first.boundingBox())?.y ?? Number.NaN;
  await expect(page.getByText("message 40", { exact: true })).toBeAttached();
  expect((await first.boundingBox())?.y).toBeCloseTo(before, -1);
  await page.getByText("message 40", { exact: true }).scrollIntoViewIfNeeded();
  await expect(page.getByText("message 1", { exact: true })).toBeAttached();
  await expect(page.getByRole("link", { name: "Older messages" })).toHaveCount(0);
});

test("five hundred messages at once are drawn at once", async ({ page, context }) => {
  await page.goto("/chat/general");
  await expect(live(page)).toBeVisible();
  await page.evaluate(() => {
    const seen = { longest: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.longest = Math.max(seen.longest, entry.duration);
    }).observe({ type: "longtask" });
  });
  const other = await context.newPage();
  await other.goto("/echo");
  await many(other, 500, "burst");
  await expect(texts(page).filter({ hasText: /^burst/ })).toHaveCount(500);
  const { longest } = await page.evaluate(() => (window as unknown as { seen: { longest: number } }).seen);
  expect(longest, "the longest task, in ms, on a machine with two cores").toBeLessThan(400);
});
