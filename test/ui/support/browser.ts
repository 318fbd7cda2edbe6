import { createRequire } from 'node:module';
import type AxeBuilderClass from '@axe-core/playwright';
import { chromium, type Browser, type Page } from 'playwright-core';

// The package's ES module default is its CommonJS namespace under Node.
const { default: AxeBuilder } = createRequire(import.meta.url)('@axe-core/playwright') as { default: typeof AxeBuilderClass };

const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking ' +
  '--disable-component-update --disable-sync';

/** Debian's Chromium with a new profile, offline but for loopback. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS.split(' ') });
}

export interface WatchedPage {
  readonly page: Page;
  /** Console errors, uncaught errors and violations of the CSP, in words. */
  readonly problems: string[];
}

/** A page of its own context that remembers everything that went wrong in it. */
export async function openPage(browser: Browser, size = { width: 1280, height: 800 }): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: size, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  await page.addInitScript({
    content: 'addEventListener("securitypolicyviolation", (e) => console.error("CSP", e.violatedDirective, e.blockedURI))',
  });
  return { page, problems };
}

/** What axe finds on the page as it is, in light and in dark, one line each; but for a year of squares, which are one picture. */
export async function findingsOfAxe(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).exclude('.heatmap rect').analyze();
    for (const { id, nodes } of violations) {
      found.push(`${colorScheme} ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
    }
  }
  return found;
}
