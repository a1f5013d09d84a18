// People at their browsers, and what they do on every page: register, sign in, join, speak.

import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";

export const PASSWORD = "correct horse battery staple";

export interface Someone {
  name: string;
  email: string;
  password: string;
}

/** A new person with a name of their own, so that tests on one server do not meet. */
export function someone(called = "Ada"): Someone {
  const id = randomUUID().slice(0, 6);
  // Browsers take no address in other letters than these.
  const plain = called.toLowerCase().replace(/[^a-z0-9]/g, "") || "someone";
  return { name: `${called}-${id}`, email: `${plain}-${id}@example.org`, password: PASSWORD };
}

/** Makes an account at `/register`; the browser is then signed in. */
export async function register(page: Page, person: Someone): Promise<void> {
  await page.goto("/register");
  const form = page.locator("main form").filter({ has: page.locator('input[name="password"]') });
  await form.locator('input[name="email"]').fill(person.email);
  await form.locator('input[name="username"], input[name="name"]').fill(person.name);
  await form.locator('input[name="password"]').fill(person.password);
  await form.locator('button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname !== "/register");
}

/** Signs in at `/login`. */
export async function signIn(page: Page, person: Someone): Promise<void> {
  await page.goto("/login");
  const form = page.locator("main form").filter({ has: page.locator('input[name="password"]') });
  await form.locator('input[name="email"], input[name="name"], input[name="username"]').first().fill(person.email);
  await form.locator('input[name="password"]').fill(person.password);
  await form.locator('button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname !== "/login");
}

/** Comes into a room by the Join form of its page: an e-mail address, a name, no password. */
export async function join(page: Page, person: Someone, room = "general"): Promise<void> {
  await page.goto(`/chat/${room}`);
  await page.locator('main form input[name="email"]').fill(person.email);
  await page.locator('main form input[name="username"], main form input[name="name"]').fill(person.name);
  await page.getByRole("button", { name: /^(Join|加入)/ }).click();
  await page.locator('textarea[name="text"], input[name="text"]').waitFor();
}
