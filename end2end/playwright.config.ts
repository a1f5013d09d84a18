import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

// The browser of the system's packages: what a test tool would download of its own is never needed.
const browser =
  process.env.FLOTILLA_CHROMIUM ??
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

export default defineConfig({
  testDir: "./tests",
  // A server of its own for each worker (see fixtures.ts); the tests in a file go one after the other.
  fullyParallel: false,
  workers: 2,
  forbidOnly: !!process.env.CI,
  // CI shares its machine: a second look tells a slow moment from a fault, and the list names what needed it.
  retries: process.env.CI ? 1 : 0,
  timeout: 30_000,
  expect: { timeout: 7_000 },
  reporter: "list",
  use: {
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: browser,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
