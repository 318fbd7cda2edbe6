// The page over an archive of some days, without a server: what has to do with time, and what is asked from outside.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ACCOUNT, roomOf } from '../../bench/archive-made.ts';
import { fillHome } from '../../bench/ui-made.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';
import { until } from '../support/until.ts';

const MESSAGES = 6000; // one a minute: four days and a bit
let browser: Browser;
let daemon: TestDaemon;
let page: Page;
let problems: string[];

beforeAll(async () => {
  [browser, daemon] = await Promise.all([openBrowser(), startTestDaemon((home) => fillHome(home, MESSAGES))]);
  ({ page, problems } = await openPage(browser));
  await page.goto(daemon.url);
});
afterAll(async () => {
  await browser?.close();
  await daemon?.stop();
});

const rail = () => page.getByRole('slider', { name: 'Day shown' });
const timeline = () => page.getByRole('region', { name: 'Messages' });
/** The day of the message that the address leads to. */
const day = () => timeline().locator('[aria-current=true] time').getAttribute('datetime');

test('the rail leads to any day, by keys and by the mouse, and says where one is', async () => {
  await page.goto(`${new URL(daemon.url).origin}/#/room/${encodeURIComponent(ACCOUNT)}/${encodeURIComponent(roomOf(0))}`);
  await rail().waitFor();
  expect(await rail().getAttribute('aria-valuetext')).toMatch(/5 January 2024/);
  await rail().press('Home');
  await timeline().locator('[aria-current=true]').waitFor();
  expect(await day()).toMatch(/^2024-01-01T/);
  await timeline().getByText('Beginning of the archive').waitFor({ state: 'attached' });
  await rail().press('ArrowDown');
  await timeline().locator('[aria-current=true] time[datetime^="2024-01-02"]').waitFor();
  const box = await rail().boundingBox();
  await page.mouse.click((box?.x ?? 0) + 8, (box?.y ?? 0) + (box?.height ?? 0) / 2);
  await timeline().locator('[aria-current=true] time[datetime^="2024-01-03"]').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await rail().press('End');
  await until(() => page.evaluate('!location.hash.match(/\\/\\d+$/)'), { what: 'the address to name no message' });
  await timeline().locator('time[datetime^="2024-01-05"]').first().waitFor();
});

test('an xmpp: link from outside opens the join dialog, and asks once', async () => {
  await page.evaluate(`location.hash = '#/join?link=' + encodeURIComponent('xmpp:hall@rooms.example.org?join;password=sesame')`);
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  expect(await dialog.getByLabel('Room', { exact: true }).inputValue()).toBe('hall@rooms.example.org');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('navigation', { name: 'Rooms' }).waitFor();
  expect(await dialog.count()).toBe(0);
});

test('the relay is paused for an hour and resumed on the devices’ page', async () => {
  await page.evaluate(`location.hash = '#/devices'`);
  await page.getByRole('button', { name: 'Pause for an hour' }).click();
  await page.getByText(/^The relay is paused until \d/).waitFor();
  expect(await daemon.minimix(['status'])).toContain('the relay is paused until');
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByText('Room messages are relayed to your devices.').waitFor();
  expect(problems).toEqual([]);
});
