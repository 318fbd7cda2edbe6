// How long a browser takes to list the rooms, and to show one of them.
import { openBrowser, openPage } from '../test/ui/support/browser.ts';

const TIMES = 3;
const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;

/** Milliseconds, medians of some visits: from the request to the list of rooms, and from the click to the room’s rows or its name. */
export async function openingOf(url: string, room: string): Promise<{ listed: number; opened: number }> {
  const browser = await openBrowser();
  try {
    const { page } = await openPage(browser);
    page.setDefaultTimeout(30_000);
    await page.goto(url);
    const [listed, opened]: [number[], number[]] = [[], []];
    for (let n = 0; n < TIMES; n += 1) {
      await page.goto('about:blank');
      await page.goto(new URL(url).origin);
      const link = page.locator(`.sidebar a[href^="#/room/"][href*="${encodeURIComponent(room)}"]`).first();
      await link.waitFor();
      listed.push(await page.evaluate('performance.now()'));
      const began = performance.now();
      await link.click();
      await page.locator('.timeline[aria-busy="false"] .row .message').first().waitFor();
      opened.push(performance.now() - began);
    }
    return { listed: median(listed), opened: median(opened) };
  } finally {
    await browser.close();
  }
}
