// The connection goes and comes back: nothing is lost, nothing doubled, and everybody is told.

import type { Page } from "@playwright/test";
import { expect, join, test } from "../fixtures.ts";

// What is in the room is counted here.
test.use({ serverName: "offline" });

const field = (page: Page) => page.getByRole("textbox", { name: "Message #general" });
const texts = (page: Page) => page.getByRole("log").locator(".text");
const pending = (page: Page) => page.locator(".pending li");
const live = (page: Page) => page.locator(".live:not(.idle, .wait, .off)");

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

test("what both sides said during a cut arrives on both, once and in one order", async ({ people, link }) => {
  const [ada] = await people.by(link)("Ada");
  const [bob] = await people("Bob");
  for (const seat of [ada, bob]) await join(seat.page, seat.who);
  await expect(live(ada.page)).toBeVisible();
  await say(ada.page, "before");
  await expect(texts(bob.page)).toHaveText(["before"]);

  link.cut();
  for (const n of [1, 2, 3]) {
    await say(ada.page, `ada ${n}`);
    await say(bob.page, `bob ${n}`);
  }
  await expect(ada.page.locator(".live.wait")).toHaveText("Reconnecting…");
  await expect(pending(ada.page)).toHaveCount(3);
  await expect(pending(ada.page).first()).toContainText("Waits for the connection");
  await expect(texts(bob.page)).toHaveText(["before", "bob 1", "bob 2", "bob 3"]);
  await expect(texts(ada.page)).toHaveText(["before"]);

  link.mend();
  const all = ["before", "bob 1", "bob 2", "bob 3", "ada 1", "ada 2", "ada 3"];
  await expect(texts(ada.page)).toHaveText(all, { timeout: 25_000 });
  await expect(texts(bob.page)).toHaveText(all);
  await expect(pending(ada.page)).toHaveCount(0);
  await expect(ada.page.locator("#toasts")).toContainText("Live again, caught up");
  await expect(live(ada.page)).toBeVisible();
});

test("a flicker is repaired without a word", async ({ people, link }) => {
  const [ada] = await people.by(link)("Ada");
  const [bob] = await people("Bob");
  for (const seat of [ada, bob]) await join(seat.page, seat.who);
  await expect(live(ada.page)).toBeVisible();
  const marker = `flicker ${ada.who.name}`;
  for (let n = 0; n < 5; n++) {
    const connections = link.connections;
    link.drop();
    await say(bob.page, `${marker} ${n}`);
    await expect.poll(() => link.connections).toBeGreaterThan(connections);
  }
  await expect(texts(ada.page).filter({ hasText: marker })).toHaveText([0, 1, 2, 3, 4].map((n) => `${marker} ${n}`));
});

test("what is typed offline waits through a reload and goes out once", async ({ people }) => {
  const [ada, bob] = await people("Ada", "Bob");
  for (const seat of [ada, bob]) await join(seat.page, seat.who);
  await expect(live(ada.page)).toBeVisible();
  const marker = `kept ${ada.who.name}`;
  await ada.page.route("**/fn/chat/send", (route) => route.abort("internetdisconnected"));
  await say(ada.page, `${marker} 1`);
  await say(ada.page, `${marker} 2`);
  await expect(pending(ada.page)).toHaveCount(2);
  await ada.page.unroute("**/fn/chat/send");
  await ada.page.reload();
  for (const { page } of [ada, bob]) {
    await expect(texts(page).filter({ hasText: marker })).toHaveText([`${marker} 1`, `${marker} 2`]);
  }
  await expect(pending(ada.page)).toHaveCount(0);
});

test("an answer that is lost does not double the message", async ({ people }) => {
  const [ada] = await people("Ada");
  await join(ada.page, ada.who);
  await expect(live(ada.page)).toBeVisible();
  let times = 0;
  await ada.page.route("**/fn/chat/send", async (route) => {
    times += 1;
    if (times > 1) return route.continue();
    await route.fetch(); // the server stores it, the browser never hears of it
    await route.abort("connectionreset");
  });
  const marker = `once ${ada.who.name}`;
  await say(ada.page, marker);
  await expect(texts(ada.page).filter({ hasText: marker })).toHaveCount(1);
  await expect(pending(ada.page)).toHaveCount(0);
  await ada.page.reload();
  await expect(texts(ada.page).filter({ hasText: marker })).toHaveCount(1);
});

test("two tabs of one person keep each other's messages and send none twice", async ({ people }) => {
  const [ada] = await people("Ada");
  await join(ada.page, ada.who);
  const other = await ada.context.newPage();
  await other.goto("/chat/general");
  for (const page of [ada.page, other]) await expect(live(page)).toBeVisible();
  const marker = `tab ${ada.who.name}`;
  await ada.context.route("**/fn/chat/send", (route) => route.abort("internetdisconnected"));
  await say(ada.page, `${marker} 1`);
  await say(other, `${marker} 2`);
  for (const page of [ada.page, other]) await expect(pending(page)).toHaveCount(2);
  await ada.context.unroute("**/fn/chat/send");
  await other.close();
  await ada.page.evaluate(() => dispatchEvent(new Event("online")));
  await expect(texts(ada.page).filter({ hasText: marker })).toHaveText([`${marker} 1`, `${marker} 2`]);
  await expect(pending(ada.page)).toHaveCount(0);
});

test("a browser that says it is offline is believed in words, and its return is at once", async ({ people }) => {
  const [ada] = await people("Ada");
  await join(ada.page, ada.who);
  await expect(live(ada.page)).toBeVisible();
  await ada.context.setOffline(true);
  await say(ada.page, "from the tunnel");
  await expect(pending(ada.page)).toHaveCount(1);
  await ada.context.setOffline(false);
  await expect(texts(ada.page).last()).toHaveText("from the tunnel");
  await expect(live(ada.page)).toBeVisible();
});

test("a server that restarts is found again, and the room is as it was", async ({ people, server }) => {
  const [ada, bob] = await people("Ada", "Bob");
  for (const seat of [ada, bob]) await join(seat.page, seat.who);
  await expect(live(ada.page)).toBeVisible();
  const marker = `restart ${ada.who.name}`;
  await say(ada.page, `${marker} before`);
  await expect(texts(bob.page).filter({ hasText: marker })).toHaveCount(1);
  await server.down();
  await say(ada.page, `${marker} meanwhile`);
  await server.up();
  for (const { page } of [ada, bob]) {
    await expect(texts(page).filter({ hasText: marker })).toHaveText([`${marker} before`, `${marker} meanwhile`], {
      timeout: 25_000,
    });
  }
});
