// What every journey starts from. Import `test` and `expect` from here, never from @playwright/test.
//
//   test("…", async ({ page, server }) => …)        a page whose baseURL is a fresh server (one a worker)
//   test("…", async ({ people }) => …)              two and more browsers: const [ada, bob] = await people("Ada", "Bob")
//   test("…", async ({ link, people }) => …)        a line to the server that can be cut, held, dropped and mended:
//                                                   const [ada] = await people.by(link)("Ada"); link.cut(); link.mend()
//   test.use({ serverName: "chat" })                a server of this file's own, for tests that count all that is in a room
//   test.use({ serverArgs: ["--open"] })            flags for this file's server; it gets one of its own
//   test.use({ javaScriptEnabled: false })          the page without WASM
//   const own = await Server.start("--open")        one more server, for a test that stops it: `await own.remove()` at the end
//
// `expectAccessible(page)` runs axe in both themes. Nothing sleeps: wait on what a person would see.
// Every page fails its test when it logs an error or throws, unless the test says `faults.length = 0` first.

import { test as base, type BrowserContext, type Page, expect } from "@playwright/test";
import { Link } from "./support/link.ts";
import { type Someone, someone } from "./support/people.ts";
import { Server } from "./support/server.ts";

export { expectAccessible, expectNoSidewaysScroll } from "./support/axe.ts";
export { Link } from "./support/link.ts";
export { join, PASSWORD, register, signIn, someone, type Someone } from "./support/people.ts";
export { program, Server } from "./support/server.ts";
export { expect };

/** Somebody at a browser of their own: cookies, storage and all. */
export interface Seat {
  who: Someone;
  page: Page;
  context: BrowserContext;
}

export interface People {
  /** A browser for each of these names, each at the server. */
  (...names: string[]): Promise<Seat[]>;
  /** The same, but each by way of this line. */
  by(link: Link): (...names: string[]) => Promise<Seat[]>;
}

interface PerTest {
  people: People;
  link: Link;
  /** What the test's pages logged as errors or threw; must be empty at its end. */
  faults: string[];
}

interface PerWorker {
  /** Files with different names get different servers. */
  serverName: string;
  serverArgs: string[];
  server: Server;
}

export const test = base.extend<PerTest, PerWorker>({
  serverName: ["shared", { option: true, scope: "worker" }],
  serverArgs: [[], { option: true, scope: "worker" }],

  server: [
    async ({ serverArgs }, use) => {
      const server = await Server.start(...serverArgs);
      await use(server);
      await server.remove();
    },
    { scope: "worker", timeout: 40_000 },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  faults: async ({ server }, use, info) => {
    const faults: string[] = [];
    await use(faults);
    if (info.status !== info.expectedStatus) {
      await info.attach("server.log", { body: server.log.slice(-20_000), contentType: "text/plain" });
    }
    expect(faults, "errors in the browsers' consoles").toEqual([]);
  },

  page: async ({ page, faults }, use) => {
    watch(page, faults);
    await use(page);
  },

  people: async ({ browser, server, faults, contextOptions, javaScriptEnabled, locale }, use) => {
    const open: BrowserContext[] = [];
    const seat = async (baseURL: string, name: string): Promise<Seat> => {
      const context = await browser.newContext({ ...contextOptions, javaScriptEnabled, locale, baseURL });
      open.push(context);
      return { who: someone(name), context, page: await pageOf(context, faults) };
    };
    const at = (baseURL: string) => (...names: string[]) => Promise.all(names.map((name) => seat(baseURL, name)));
    await use(Object.assign(at(server.url), { by: (link: Link) => at(link.url) }));
    for (const context of open) await context.close();
  },

  link: async ({ server }, use) => {
    const link = await Link.to(server.address);
    await use(link);
    await link.close();
  },
});

async function pageOf(context: BrowserContext, faults: string[]): Promise<Page> {
  const page = await context.newPage();
  watch(page, faults);
  return page;
}

/** Collects what a page throws and logs as an error; a lost connection and a refused form are no fault of the page. */
function watch(page: Page, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() !== "error") return;
    const text = message.text();
    if (/net::ERR_|WebSocket connection to|status of 4\d\d|status of 503/.test(text)) return;
    faults.push(text);
  });
}

