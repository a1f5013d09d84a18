// Accessibility, as axe sees it, in both themes. LOOK: it finds nothing.

import { AxeBuilder } from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

/** Runs axe on the page as it stands, light and dark, and expects no finding. */
export async function expectAccessible(page: Page): Promise<void> {
  const before = await page.evaluate(() => document.documentElement.getAttribute("data-theme"));
  for (const theme of ["light", "dark"]) {
    await page.evaluate((to) => document.documentElement.setAttribute("data-theme", to), theme);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map((v) => `${v.id} (${theme}): ${v.help}: ${v.nodes.map((n) => n.html).join("; ")}`);
    expect(found, `axe at ${new URL(page.url()).pathname}`).toEqual([]);
  }
  await page.evaluate((to) => {
    if (to === null) document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", to);
  }, before);
}

/** Nothing of the page lies beyond its right edge. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(over, "pixels beyond the right edge").toBeLessThanOrEqual(0);
}
