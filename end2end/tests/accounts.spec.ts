// Accounts: coming in and going out, one's settings, and what administrators do.

import {
  type Seat,
  expect,
  expectAccessible,
  expectNoSidewaysScroll,
  register,
  signIn,
  someone,
  test,
} from "../fixtures.ts";

/** An administrator: made by the command line, so that it does not matter who registered first. */
function administrator(server: { cli(args: string[], input?: string): string }) {
  const who = someone("Root");
  server.cli(["user", "add", who.name, "--email", who.email, "--role", "admin"], `${who.password}\n`);
  return who;
}

test("someone registers, signs out and signs in again by name and by address", async ({ page }) => {
  const ada = someone("Ada");
  await register(page, ada);
  await page.goto("/settings");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Settings");
  await page.locator(".bar summary").click();
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await expect(page.locator(".bar").getByRole("link", { name: "Sign in" })).toBeVisible();
  await signIn(page, ada);
  await page.context().clearCookies();
  await signIn(page, { ...ada, name: ada.email });
  await page.goto("/login");
  await expect(page.getByText(`As ${ada.name}.`)).toBeVisible();
});

test("what is wrong with a form is said at its fields, and what was typed stays", async ({ page }) => {
  await page.goto("/register");
  await page.locator('main input[name="username"]').fill("Ada\u202e");
  await page.locator('main input[name="email"]').fill("ada");
  await page.locator('main input[name="password"]').fill("short");
  await page.locator('main button[type="submit"]').click();
  await expect(page.locator('[data-error="username"]')).toHaveText("must not hold invisible characters");
  await expect(page.locator('[data-error="email"]')).toHaveText("is not valid");
  await expect(page.locator('[data-error="password"]')).toHaveText("must be at least 8 characters");
  await expect(page.locator('main input[name="email"]')).toHaveValue("ada");
  await expect(page.locator('main input[name="email"]')).toHaveAttribute("aria-invalid", "true");
});

test("a wrong name and a wrong password get the same answer, in Chinese too", async ({ browser, server }) => {
  const ada = someone("Ada");
  server.cli(["user", "add", ada.name, "--email", ada.email], `${ada.password}\n`);
  const context = await browser.newContext({ baseURL: server.url, locale: "zh-CN" });
  const page = await context.newPage();
  for (const name of [ada.name, "Nobody"]) {
    await page.goto("/login");
    await page.locator('main input[name="username"]').fill(name);
    await page.locator('main input[name="password"]').fill("wrong horse");
    await page.locator('main button[type="submit"]').click();
    await expect(page.locator('[data-error="password"]')).toHaveText("用户名或密码不正确");
  }
  await context.close();
});

test("one is led to where one was going", async ({ page }) => {
  const ada = someone("Ada");
  await register(page, ada);
  await page.context().clearCookies();
  await page.goto("/settings");
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.locator('main input[name="username"]').fill(ada.name);
  await page.locator('main input[name="password"]').fill(ada.password);
  await page.locator('main button[type="submit"]').click();
  await page.waitForURL("**/settings");
});

test("a token is shown once, works, and is worthless once revoked", async ({ page, server }) => {
  await register(page, someone("Ada"));
  await page.goto("/settings");
  await page.locator('#tokens input[name="name"]').fill("laptop");
  await page.getByRole("button", { name: "Create token" }).click();
  const secret = await page.locator(".secret input").inputValue();
  expect(secret).toMatch(/^flt_[\w-]{43}$/);
  await expect(page.getByRole("button", { name: "Copy" })).toBeVisible();
  const ask = () => fetch(`${server.url}/settings`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await ask()).status).toBe(200);
  await page.reload();
  await expect(page.locator(".secret")).toHaveCount(0);
  await expect(page.locator("#tokens li")).toHaveCount(1);
  await page.getByRole("button", { name: "Revoke: laptop" }).click();
  await expect(page.getByText("That token is worthless now")).toBeVisible();
  expect((await ask()).status).toBe(401);
});

test("a browser that is signed out from another one is out at once", async ({ people }) => {
  const [laptop, phone]: Seat[] = await people("Ada", "Ada");
  await register(laptop.page, laptop.who);
  await signIn(phone.page, laptop.who);
  await laptop.page.goto("/settings");
  await expect(laptop.page.locator("#sessions li")).toHaveCount(2);
  await laptop.page.locator("#sessions").getByRole("button", { name: /^Sign out/ }).click();
  await expect(laptop.page.getByText("That browser is signed out")).toBeVisible();
  await expect(laptop.page.locator("#sessions li")).toHaveCount(1);
  await phone.page.goto("/settings");
  await expect(phone.page.getByRole("main").getByRole("link", { name: "Sign in" })).toBeVisible();
});

test("a new password replaces the old one, and a wrong one is said so", async ({ page }) => {
  const ada = someone("Ada");
  await register(page, ada);
  await page.goto("/settings");
  const change = async (current: string, fresh: string) => {
    await page.locator('input[name="current_password"]').fill(current);
    await page.locator('input[name="new_password"]').fill(fresh);
    await page.getByRole("button", { name: "Change password" }).click();
  };
  await change("wrong horse", "a newer battery");
  await expect(page.locator('[data-error="current_password"]')).toHaveText("is not your password");
  await change(ada.password, "a newer battery");
  await expect(page.getByText("Your password is changed")).toBeVisible();
  await page.context().clearCookies();
  await signIn(page, { ...ada, password: "a newer battery" });
});

test("an administrator changes a role, turns someone off, and takes it back", async ({ people, server }) => {
  const [root, bob]: Seat[] = await people("Root", "Bob");
  await register(bob.page, bob.who);
  await signIn(root.page, administrator(server));
  await root.page.goto("/admin");
  const row = root.page.getByRole("row").filter({ hasText: bob.who.email });
  await row.getByRole("combobox").selectOption("admin");
  await row.getByRole("button", { name: "Set" }).click();
  await expect(root.page.getByText(`${bob.who.name} is now: administrator.`)).toBeVisible();
  await bob.page.goto("/admin");
  await expect(bob.page.getByRole("heading", { level: 1 })).toHaveText("People");
  await row.getByRole("button", { name: `Deactivate ${bob.who.name}` }).click();
  await expect(row.getByText("deactivated")).toBeVisible();
  await bob.page.goto("/settings");
  await expect(bob.page.getByRole("main").getByRole("link", { name: "Sign in" })).toBeVisible();
  await root.page.getByRole("button", { name: "Undo" }).click();
  await expect(row.getByRole("button", { name: `Deactivate ${bob.who.name}` })).toBeVisible();
  await bob.page.goto("/settings");
  await expect(bob.page.getByRole("heading", { level: 1 })).toHaveText("Settings");
});

test("the command line never takes a password as an argument", async ({ server }) => {
  expect(() => server.cli(["user", "add", "x", "--email", "x@example.org", "--password", "correct horse"])).toThrow();
  const listed = server.cli(["user", "list", "--json"]).trim().split("\n").filter(Boolean);
  for (const line of listed) expect(Object.keys(JSON.parse(line))).not.toContain("password");
});

test("axe finds nothing on the pages of the accounts, and nothing lies beyond their edge", async ({ page, server }) => {
  // Four pages, two widths, two themes.
  test.slow();
  for (const size of [{ width: 1280, height: 800 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    for (const path of ["/login", "/register"]) {
      await page.goto(path);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
    }
    await signIn(page, administrator(server));
    for (const path of ["/settings", "/admin"]) {
      await page.goto(path);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
    }
    await page.context().clearCookies();
  }
});

test.describe("without WASM", () => {
  test.use({ javaScriptEnabled: false });

  test("someone registers, makes a token, changes the password and signs out", async ({ page }) => {
    const ada = someone("Ada");
    await register(page, ada);
    await page.goto("/settings");
    await page.locator('#tokens input[name="name"]').fill("laptop");
    await page.getByRole("button", { name: "Create token" }).click();
    await expect(page.locator(".secret input")).toHaveValue(/^flt_/);
    await page.locator('input[name="current_password"]').fill(ada.password);
    await page.locator('input[name="new_password"]').fill("a newer battery");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Your password is changed")).toBeVisible();
    await page.locator('input[name="current_password"]').fill("wrong horse");
    await page.locator('input[name="new_password"]').fill("short");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.locator('[data-error="new_password"]')).toHaveText("must be at least 8 characters");
    await page.locator(".bar summary").click();
    await page.getByRole("button", { name: "Sign out" }).first().click();
    await signIn(page, { ...ada, password: "a newer battery" });
  });
});
