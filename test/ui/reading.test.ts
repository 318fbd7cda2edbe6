// Reading: the list of rooms, the way to what is unread, and pictures large; a real browser, daemon and Prosody, one walk in this order.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createElement as xml } from 'ltx';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { newAccount, prosody, type Account } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
const UNREAD = 80; // more than a screen, and more than a page of the archive

let browser: Browser;
let daemon: TestDaemon;
let page: Page;
let problems: string[];
let alice: Account;
let bob: Person;
let garden: string;
let kitchen: string;
let closed: string;

beforeAll(async () => {
  [browser, daemon, alice] = await Promise.all([openBrowser(), startTestDaemon(), newAccount(prosody, 'alice')]);
  ({ page, problems } = await openPage(browser));
  const account = await newAccount(prosody, 'bob');
  [garden, kitchen, closed] = await Promise.all([
    prosody.room({ archive: true, name: 'garden' }),
    prosody.room({ archive: true, name: 'kitchen' }),
    prosody.room({ archive: true, name: 'cellar' }),
  ]);
  await prosody.setAffiliation(closed, alice.jid, 'outcast');
  bob = await connectPerson(prosody, account.user, account.password);
  for (const room of [garden, kitchen]) await bob.join(room, 'bob');
  const where = ['--server', `${prosody.host}:${prosody.port}`, '--ca', prosody.caFile];
  await daemon.minimix(['account', 'add', alice.jid, ...where, '--password-stdin'], `${alice.password}\n`);
  for (const room of [garden, kitchen]) await daemon.minimix(['join', room, '--nick', 'ali']);
  await page.goto(daemon.url);
  await link('garden').getByText('2 people').waitFor();
});

afterAll(async () => {
  await bob?.close();
  await browser?.close();
  await daemon?.stop();
});

const list = () => page.getByRole('navigation', { name: 'Rooms' }).getByRole('list', { name: 'Rooms' });
const link = (name: string) => list().getByRole('link', { name: new RegExp(name) });
const timeline = () => page.getByRole('region', { name: 'Messages' });
const article = (text: string) => timeline().getByRole('article').filter({ hasText: text });
const order = async (): Promise<string[]> => (await list().locator('.room-name').allTextContents()).map((name) => name.trim().replace(/-.*/, '')); // the test's server gives each room a name of its own

test('a room comes up when somebody speaks in it, with who it was, how it begins, and when', async () => {
  await bob.say(garden, 'beans are up');
  await link('garden').getByText('bob: beans are up').waitFor();
  await bob.say(kitchen, 'soup at *noon*');
  await link('kitchen').getByText('soup at *noon*').waitFor();
  await until(async () => (await order()).join() === 'kitchen,garden', { what: 'the kitchen above' });
  expect(await link('kitchen').locator('time').innerText()).toMatch(/^\d\d:\d\d$/);
  await bob.say(garden, 'and the peas, ali');
  await until(async () => (await order()).join() === 'garden,kitchen', { what: 'the garden above' });
  expect(await link('garden').locator('.unread-mention').innerText()).toBe('@');
  expect(await link('garden').locator('.unread').last().innerText()).toContain('2');
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('what was deleted, and a spoiler, are not told in the list; it is the same after a reload', async () => {
  const said = await bob.say(kitchen, 'there is no soup');
  await link('kitchen').getByText('there is no soup').waitFor();
  const id = String(said.getChild('stanza-id')?.attrs['id']);
  bob.send(xml('message', { to: kitchen, type: 'groupchat', id: 'gone' }, xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id })));
  await link('kitchen').getByText('deleted message').waitFor();
  await bob.say(garden, 'the badger eats them', xml('spoiler', { xmlns: 'urn:xmpp:spoiler:0' }));
  await link('garden').getByText('spoiler').waitFor();
  await page.reload();
  await link('kitchen').getByText('deleted message').waitFor();
  await link('garden').getByText('spoiler').waitFor();
  expect(await list().getByText('there is no soup').count()).toBe(0);
});

test('a room that cannot be entered stands below the others, and can be hidden', async () => {
  await daemon.minimix(['bookmarks', 'add', closed, '--name', 'cellar', '--autojoin']);
  await link('cellar').waitFor();
  await until(async () => (await order()).at(-1) === 'cellar', { what: 'the cellar below' });
  await list().getByText('1 room you are not in').waitFor();
  await list().getByRole('button', { name: 'Hide' }).click();
  await link('cellar').waitFor({ state: 'detached' });
  await page.reload();
  await list().getByRole('button', { name: 'Show' }).click();
  await link('cellar').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('one button leads up to what was unread, and one to what mentions the person', async () => {
  await link('garden').click();
  await article('and the peas').waitFor();
  await link('kitchen').click();
  await article('soup at').waitFor();
  await bob.say(garden, 'first unread');
  await bob.say(garden, 'ali: look at this');
  for (let number = 1; number <= UNREAD; number += 1) await bob.say(garden, `more number ${number}.`);
  await until(async () => (await link('garden').locator('.unread').last().innerText()).includes(String(UNREAD + 2)), { what: 'all to be counted' });
  await link('garden').click();
  await timeline().getByText(`more number ${UNREAD}.`, { exact: true }).waitFor();
  await page.getByRole('button', { name: `${UNREAD + 2} unread` }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.getByRole('button', { name: `${UNREAD + 2} unread` }).click();
  await article('first unread').waitFor();
  await article('ali: look at this').waitFor();
});

test('a picture is shown large, with its name, and closes by Escape', async () => {
  await link('kitchen').click();
  await page.locator('input[type=file]').setInputFiles({ name: 'soup.png', mimeType: 'image/png', buffer: PNG });
  await page.getByRole('group', { name: 'File to send' }).getByRole('button', { name: 'Send' }).click();
  await article('soup.png').getByRole('button', { name: 'Show picture' }).click();
  await article('soup.png').getByRole('button', { name: 'Enlarge: soup.png' }).click();
  const viewer = page.getByRole('dialog', { name: 'Picture: soup.png' });
  await viewer.getByText('soup.png').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await viewer.waitFor({ state: 'detached' });
});

test('what the page loads before anything is asked of it is at most 220 kB, compressed', () => {
  const dist = join(import.meta.dirname, '../../renderer/dist');
  const assets = [...readFileSync(join(dist, 'index.html'), 'utf8').matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].flatMap(([, path]) => path ?? []);
  expect(assets.length).toBeGreaterThan(1);
  expect(assets.reduce((sum, path) => sum + gzipSync(readFileSync(join(dist, path))).length, 0)).toBeLessThan(220_000);
});

test('nothing of all this was an error in the console or against the CSP', () => {
  expect(problems.filter((problem) => !/status of 422/.test(problem))).toEqual([]);
});
