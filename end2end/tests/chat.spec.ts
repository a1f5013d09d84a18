// A room: two people talk, one scrolls up, one types Chinese, one comes without WASM, one is a stranger.

import type { Page } from "@playwright/test";
import { type Seat, expect, expectAccessible, expectNoSidewaysScroll, join, someone, test } from "../fixtures.ts";

// What is in the room is counted here.
test.use({ serverName: "chat" });

const field = (page: Page) => page.getByRole("textbox", { name: /^(Message #|发消息到 #)/ });
const log = (page: Page) => page.locator(".log");
const texts = (page: Page) => page.getByRole("log").locator(".text");
const live = (page: Page) => page.locator(".live:not(.idle, .wait, .off)");

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

/** Brings these people into the room, awake and live. */
async function enter(seats: Seat[]): Promise<Page[]> {
  for (const { page, who } of seats) {
    await join(page, who);
    await expect(live(page)).toBeVisible();
  }
  return seats.map((seat) => seat.page);
}

test("two people talk, live, each message once", async ({ people }) => {
  const [ada, bob] = await enter(await people("Ada", "Bob"));
  await say(ada, "Hello, Bob");
  await expect(texts(bob)).toHaveText(["Hello, Bob"]);
  await say(bob, "Hello, Ada");
  await expect(texts(ada)).toHaveText(["Hello, Bob", "Hello, Ada"]);
  await expect(texts(bob)).toHaveText(["Hello, Bob", "Hello, Ada"]);
  await expect(field(ada)).toHaveValue("");
});

test("what one sends is on the screen before the server has answered", async ({ people }) => {
  const [ada] = await enter(await people("Ada"));
  await ada.route("**/fn/chat/send", () => {}); // never answered
  await say(ada, "already here");
  await expect(ada.locator(".pending .text")).toHaveText("already here");
  await expect(ada.locator(".pending")).toContainText("Sending…");
});

test("a message that the server refuses stays, and can be sent again or taken back", async ({ people }) => {
  const [ada] = await enter(await people("Ada"));
  await ada.route("**/fn/chat/send", (route) =>
    route.fulfill({ status: 422, json: { errors: { text: ["must not be rude"] } } }),
  );
  await say(ada, "first try");
  const failed = ada.locator(".msg.failed");
  await expect(failed).toContainText("Not sent: must not be rude");
  await failed.getByRole("button", { name: "Discard" }).click();
  await expect(failed).toHaveCount(0);
  await expect(field(ada)).toHaveValue("first try");

  await field(ada).press("Enter");
  await expect(failed).toBeVisible();
  await ada.unroute("**/fn/chat/send");
  await failed.getByRole("button", { name: "Retry" }).click();
  await expect(texts(ada).last()).toHaveText("first try");
  await expect(failed).toHaveCount(0);
});

test("Enter sends, Shift+Enter breaks the line, an input method's Enter does neither", async ({ people }) => {
  const [ada] = await enter(await people("Ada"));
  await field(ada).pressSequentially("one");
  await field(ada).press("Shift+Enter");
  await field(ada).pressSequentially("two");
  await field(ada).dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true });
  await expect(field(ada)).toHaveValue("one\ntwo");
  await field(ada).press("Enter");
  await expect(texts(ada).last()).toHaveText("one\ntwo", { useInnerText: true });
});

test("short-codes become emoji, and text is never markup", async ({ people }) => {
  const [ada, bob] = await enter(await people("Ada", "Bob"));
  await say(ada, "beep :robot:");
  await expect(texts(bob).last()).toHaveText("beep 🤖");
  const attack = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
  await say(bob, attack);
  await expect(texts(ada).last()).toHaveText(attack);
  await expect(texts(bob).last()).toHaveText(attack);
  expect(await ada.locator(".log :is(.text img, script)").count()).toBe(0);
  await expect(ada).toHaveTitle(/general/);
});

test("what is too long stays in the box and says by how much", async ({ people }) => {
  const [ada] = await enter(await people("Ada"));
  await field(ada).fill("x".repeat(3_999));
  await expect(ada.getByText("1 character left")).toBeVisible();
  await field(ada).fill("x".repeat(4_002));
  await expect(ada.getByText("2 characters too many")).toBeVisible();
  await field(ada).press("Enter");
  await expect(field(ada)).toHaveValue("x".repeat(4_002));
  await expect(ada.locator(".pending li")).toHaveCount(0);
});

test("a draft survives a reload", async ({ people }) => {
  const [ada] = await enter(await people("Ada"));
  await field(ada).pressSequentially("half a thou");
  await ada.reload();
  await expect(field(ada)).toHaveValue("half a thou");
});

test("one sees who is here and who types", async ({ people }) => {
  const seats = await people("Ada", "Bob");
  const [ada, bob] = await enter(seats);
  const here = ada.locator(".present li");
  await expect(here.filter({ hasText: seats[1].who.name })).toBeVisible();
  await field(bob).pressSequentially("hm");
  await expect(ada.locator(".typing")).toHaveText(`${seats[1].who.name} is typing…`);
  await say(bob, "done");
  await expect(ada.locator(".typing")).toHaveText("");
  await bob.close();
  await expect(here.filter({ hasText: seats[1].who.name })).toHaveCount(0);
});

test("the list follows, unless one has scrolled up", async ({ people }) => {
  const [ada, bob] = await enter(await people("Ada", "Bob"));
  await say(ada, Array.from({ length: 60 }, (_, n) => `line ${n}`).join("\n"));
  await say(ada, "the end");
  await expect(texts(bob).last()).toBeInViewport();

  await log(bob).hover();
  await bob.mouse.wheel(0, -600);
  await expect.poll(() => log(bob).evaluate((log) => log.scrollTop)).toBeLessThan(-300);
  const reading = await log(bob).evaluate((log) => log.scrollHeight + log.scrollTop);
  await say(ada, "news 1");
  await say(ada, "news 2");
  await expect(bob.getByRole("button", { name: "2 new messages" })).toBeVisible();
  // What is read has not moved: its distance from the top is the same.
  await expect.poll(() => log(bob).evaluate((log) => log.scrollHeight + log.scrollTop)).toBeCloseTo(reading, -1);
  await expect(bob.locator(".day.new")).toHaveCount(1);

  await bob.getByRole("button", { name: "2 new messages" }).click();
  await expect(texts(bob).last()).toHaveText("news 2");
  await expect(texts(bob).last()).toBeInViewport();
  await expect(bob.getByRole("button", { name: /new message/ })).toHaveCount(0);
});

test("a stranger is asked for an email and a name, in so many words", async ({ page }) => {
  await page.goto("/chat/general");
  await expect(page.getByRole("heading", { name: "Join #general" })).toBeVisible();
  await expect(page.locator("main leptos-island[data-awake]")).toBeAttached();
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page.locator("#alerts")).toContainText("You must enter an email");
  await expect(page.locator('[data-error="email"]')).toHaveText("You must enter an email");

  await page.getByLabel("Email").fill(someone("Eve").email);
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page.locator('[data-error="username"]')).toHaveText("You must choose a username");
  await expect(page.locator("#alerts")).toContainText("You must choose a username");
  await expect(page.getByLabel("Email")).not.toHaveValue("");
});

test("a hidden page counts in its title what it has not shown", async ({ people }) => {
  const [ada, bob] = await enter(await people("Ada", "Bob"));
  const look = (hidden: boolean) =>
    ada.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  await look(true);
  await say(bob, "psst");
  await expect(ada).toHaveTitle(/^\(1\) /);
  await look(false);
  await expect(ada).toHaveTitle(/^# general/);
});

test("the page is accessible, in both themes and on a phone", async ({ people, page }) => {
  test.slow(); // axe, six times
  await page.goto("/chat/general");
  await expectAccessible(page);
  const [ada] = await enter(await people("Ada"));
  await say(ada, "see https://example.org and :wave:");
  await expect(texts(ada).last()).toBeVisible();
  await expectAccessible(ada);
  await ada.setViewportSize({ width: 390, height: 844 });
  await expectAccessible(ada);
  await expectNoSidewaysScroll(ada);
  await expect(field(ada)).toBeInViewport();
});

test("one goes elsewhere and comes back on the same connection, and hears each message once", async ({ people }) => {
  const [ada, bob] = await enter(await people("Ada", "Bob"));
  const sockets: string[] = [];
  ada.on("websocket", (socket) => sockets.push(socket.url()));
  const rail = ada.getByRole("navigation", { name: "Main" });
  for (const n of [1, 2, 3]) {
    await field(ada).pressSequentially(`draft ${n}`);
    await rail.getByRole("link", { name: "Home" }).click();
    await expect(ada).toHaveURL(/\/$/);
    await say(bob, `while away ${n}`);
    await rail.getByRole("link", { name: "Chat" }).click();
    await expect(texts(ada).last()).toHaveText(`while away ${n}`);
    await expect(field(ada)).toHaveValue(`draft ${n}`);
    await field(ada).fill("");
    await say(bob, `back ${n}`);
    await expect(texts(ada).last()).toHaveText(`back ${n}`);
    await expect(texts(ada).filter({ hasText: `back ${n}` })).toHaveCount(1);
  }
  expect(sockets).toEqual([]);
});

test.describe("in Chinese", () => {
  test.use({ locale: "zh-CN" });

  test("the room and its errors speak Chinese", async ({ page }) => {
    await page.goto("/chat/general");
    await expect(page.getByRole("heading", { name: "加入 #general" })).toBeVisible();
    await page.getByRole("button", { name: "加入" }).click();
    await expect(page.locator('[data-error="username"]')).toHaveText("请选择一个用户名");
    await join(page, { ...someone(), name: `陈雷${Date.now() % 10_000}` });
    await say(page, "你好");
    await expect(texts(page).last()).toHaveText("你好");
    await expect(page.locator(".day").first()).toHaveText(/^\d{4}年\d+月\d+日 星期/);
    await expect(page.getByRole("button", { name: "发送" })).toBeVisible();
  });
});

test.describe("without WASM", () => {
  test.use({ javaScriptEnabled: false });

  test("one joins, reads and sends", async ({ page }) => {
    const eve = someone("Eve");
    await page.goto("/chat/general");
    await page.getByRole("button", { name: "Join" }).click();
    await expect(page.locator('[data-error="email"]')).toHaveText("You must enter an email");
    await page.getByLabel("Email").fill(eve.email);
    await page.getByLabel("Username").fill(eve.name);
    await page.getByRole("button", { name: "Join" }).click();
    await field(page).fill("by a plain form :robot:");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page).toHaveURL(/\/chat\/general$/);
    await expect(page.getByText("by a plain form 🤖")).toBeVisible();
    await expect(page.getByText("by a plain form 🤖")).toBeInViewport();
    await field(page).fill("   ");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByText("must not be empty")).toBeVisible();
  });
});
