// The echo bench: what is sent comes back, and one sees how fast.

import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "../fixtures.ts";

const rows = (page: Page) => page.locator(".frames tbody tr");

async function bench(page: Page): Promise<Page> {
  await page.goto("/echo");
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  return page;
}

test("text comes back as text, with its round trip", async ({ page }) => {
  await bench(page);
  await page.getByLabel("Message", { exact: true }).fill("你好, Navigator");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(rows(page).first()).toContainText("received");
  await expect(rows(page).first()).toContainText("你好, Navigator");
  await expect(rows(page).nth(1)).toContainText("sent");
});

test("bytes come back as bytes, and what are none is said at once", async ({ page }) => {
  await bench(page);
  await page.getByRole("button", { name: "Hex" }).click();
  await page.getByLabel("Bytes, as hex digits").fill("0xDEADBEEF");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(rows(page).first()).toContainText("binary");
  await expect(rows(page).first()).toContainText("de ad be ef");
  await page.getByLabel("Bytes, as hex digits").fill("xyz");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "no pairs of hex digits" })).toBeVisible();
});

test("a file of 16 MiB comes back whole, and a byte more is refused before it is sent", async ({ page }) => {
  await bench(page);
  await page.getByRole("button", { name: "File" }).click();
  test.slow(); // 16 MiB through an unoptimised server
  // The file is made in the page: Playwright would carry it there as text.
  const choose = (bytes: number) =>
    page.getByLabel("A file, 16 MiB at most").evaluate((input: HTMLInputElement, bytes) => {
      const chosen = new DataTransfer();
      chosen.items.add(new File([new Uint8Array(bytes).fill(7)], "data.bin"));
      input.files = chosen.files;
    }, bytes);
  await choose(16 * 1024 * 1024);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(rows(page).first()).toContainText("received", { timeout: 60_000 });
  await expect(rows(page).first()).toContainText("16,777,216");
  await choose(16 * 1024 * 1024 + 1);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("The server takes 16 MiB at most")).toBeVisible();
});

test("a hundred round trips make a histogram with p50, p95 and p99", async ({ page }) => {
  await bench(page);
  await page.getByLabel("Times").fill("100");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("100 messages")).toBeVisible();
  await expect(page.getByRole("img", { name: /100 round trips: half within [\d.]+ ms/ })).toBeVisible();
  for (const name of ["p50", "p95", "p99"]) await expect(page.locator(".figures").getByText(name)).toBeVisible();
});

test("a connection is closed with a chosen code, dropped, and made again", async ({ page }) => {
  await bench(page);
  await page.getByLabel("Close code").selectOption("4999");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Closed with 4999")).toBeVisible();
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Drop and reconnect" }).click();
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  await expect(rows(page).filter({ hasText: "open" })).toHaveCount(3);
});

test("the throughput test runs to its end and says how fast it was", async ({ page }) => {
  await bench(page);
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByText(/[\d,]+ MB\/s each way/)).toBeVisible({ timeout: 20_000 });
  await expect(page.getByRole("progressbar")).toHaveJSProperty("position", 1);
});

test("the log is saved as a table and as JSON", async ({ page }) => {
  await bench(page);
  await page.getByLabel("Message", { exact: true }).fill('say "hi"');
  await page.getByRole("button", { name: "Send" }).click();
  await expect(rows(page).first()).toContainText("received");
  const save = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
    return readFile(await download.path(), "utf8");
  };
  expect((await save("CSV")).split("\r\n")[2]).toMatch(/^2,\d+,sent,text,8,,"say ""hi"""$/);
  const frames = JSON.parse(await save("JSON"));
  expect(frames.at(-1)).toMatchObject({ direction: "received", kind: "text", bytes: 8, content: 'say "hi"' });
});

test("the page is accessible, in both themes and on a phone, before and after", async ({ page }) => {
  test.slow(); // axe, six times
  await bench(page);
  await expectAccessible(page);
  await page.getByLabel("Times").fill("10");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByText("10 messages")).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
});

test.describe("without WASM", () => {
  test.use({ javaScriptEnabled: false });

  test("the page says what the socket is and what the server sees", async ({ page }) => {
    await page.goto("/echo");
    await expect(page.getByText("Whatever is sent to this socket comes back")).toBeVisible();
    await expect(page.getByText("127.0.0.1", { exact: true })).toBeVisible();
    await expect(page.getByText("HTTP/1.1")).toBeVisible();
    await expect(page.getByText(/flotilla echo --server/)).toBeVisible();
  });
});
