// The people of a room: chosen, written to alone, answered; and what they see of whoever uses the page; one walk, in this order.
import { createElement as xml } from 'ltx';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { newAccount, prosody, type Account } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';

const MUC_USER = 'http://jabber.org/protocol/muc#user';

let browser: Browser;
let daemon: TestDaemon;
let page: Page;
let problems: string[];
let alice: Account;
let guests: Account;
let bob: Person;
let phone: Person;
let room: string;

beforeAll(async () => {
  [browser, daemon, alice] = await Promise.all([openBrowser(), startTestDaemon(), newAccount(prosody, 'alice')]);
  ({ page, problems } = await openPage(browser, { width: 1440, height: 900 }));
  const account = await newAccount(prosody, 'bob');
  guests = await newAccount(prosody, 'guest');
  room = await prosody.room({ archive: true, name: 'garden' });
  bob = await connectPerson(prosody, account.user, account.password);
  await bob.join(room, 'bob');
  phone = await connectPerson(prosody, alice.user, alice.password, { resource: 'phone' });
  phone.send(xml('presence', {}, xml('show', {}, 'away')));
  const where = ['--server', `${prosody.host}:${prosody.port}`, '--ca', prosody.caFile];
  await daemon.minimix(['account', 'add', alice.jid, ...where, '--password-stdin'], `${alice.password}\n`);
  await daemon.minimix(['join', room, '--nick', 'ali']);
});

afterAll(async () => {
  await Promise.all([bob?.close(), phone?.close()]);
  await browser?.close();
  await daemon?.stop();
});

const seenByBob = (): string | undefined =>
  bob.stanzas
    .filter((stanza) => stanza.name === 'presence' && stanza.attrs['from'] === `${room}/ali`)
    .map((stanza) => stanza.getChildText('show') ?? 'online')
    .at(-1);
const timeline = () => page.getByRole('region', { name: 'Messages' });

test('whoever writes on the page is not away, though their phone is', async () => {
  await until(() => seenByBob() === 'away', { what: 'the phone to speak for alice' });
  await page.goto(daemon.url);
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /garden/ }).click();
  await page.getByRole('textbox', { name: /^Message to/ }).pressSequentially('I am here');
  await until(() => seenByBob() === 'online', { what: 'alice to be there' });
});

test('a person of the room is chosen, and written to alone', async () => {
  const people = page.getByRole('complementary', { name: 'People' });
  await people.getByRole('button', { name: 'bob' }).click();
  expect(await findingsOfAxe(page)).toEqual([]);
  await people.getByRole('link', { name: 'Private message' }).click();
  const line = page.getByRole('textbox', { name: 'Private message to bob' });
  await line.fill('between us');
  expect(await findingsOfAxe(page)).toEqual([]);
  await line.press('Enter');
  const heard = await bob.next((stanza) => stanza.getChildText('body') === 'between us');
  expect(heard.attrs).toMatchObject({ from: `${room}/ali`, type: 'chat' });
  await timeline().getByRole('article').filter({ hasText: 'between us' }).getByText('private, to bob').waitFor();
  await until(async () => (await line.inputValue()) === '', { what: 'the line to be empty' });
});

test('a private message is answered where it is read', async () => {
  await page.getByRole('link', { name: 'Back to the room' }).click();
  bob.send(xml('message', { to: `${room}/ali`, type: 'chat' }, xml('body', {}, 'psst'), xml('x', { xmlns: MUC_USER })));
  await page.getByRole('link', { name: 'A private message for you' }).click();
  await timeline().getByText('psst').waitFor();
  const line = page.getByRole('textbox', { name: 'Private message to bob' });
  await line.fill('yes?');
  await page.getByRole('button', { name: 'Send' }).click();
  await bob.next((stanza) => stanza.getChildText('body') === 'yes?' && stanza.attrs['from'] === `${room}/ali`);
});

test('whoever has gone is not written to, and the line says so', async () => {
  bob.send(xml('presence', { to: `${room}/bob`, type: 'unavailable' }));
  await page.getByText('bob is not in the room.').waitFor();
  await page.getByRole('textbox', { name: 'Private message to bob' }).fill('too late');
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
});

test('the tab has the room’s name, and no address', async () => {
  await page.getByRole('link', { name: 'Back to the room' }).click();
  await until(async () => /^garden[^@]* · Minimix$/.test(await page.title()), { what: 'the title' });
});

test('the keyboard is past the rooms in one step, and the list of rooms is one stop', async () => {
  await page.goto(`${page.url().replace(/#.*/, '')}#/overview`);
  await daemon.minimix(['join', await prosody.room({ archive: false, name: 'kitchen' })]);
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /kitchen/ }).waitFor();
  const stops = await page.evaluate<number>(`[...document.querySelectorAll('.rooms a')].filter((link) => link.tabIndex === 0).length`);
  expect(stops).toBe(1);
  await page.getByRole('button', { name: 'Skip to content' }).focus();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');
});

test('at 820 px the people of the room do not cover the line to write in', async () => {
  await page.setViewportSize({ width: 820, height: 900 });
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /garden/ }).click();
  const people = page.getByRole('complementary', { name: 'People' });
  if (!(await people.isVisible())) await page.getByRole('button', { name: /people/i }).first().click();
  await people.waitFor();
  const [panel, send] = await Promise.all([people.boundingBox(), page.getByRole('button', { name: 'Send', exact: true }).boundingBox()]);
  expect((send?.x ?? 0) + (send?.width ?? 0)).toBeLessThanOrEqual(panel?.x ?? 0);
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('at 360 px nothing is wider than the screen, whatever names and code are in it', async () => {
  const name = 'שלום עולם '.repeat(8).trim();
  const guest = await connectPerson(prosody, guests.user, guests.password);
  await guest.join(room, name);
  await guest.say(room, `\`\`\`\n${'wide_code_without_any_space'.repeat(12)}\n\`\`\``);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const view of ['overview', 'devices', 'bookmarks', 'browse', 'settings', 'search', 'add-account', '']) {
    await page.goto(`${page.url().replace(/#.*/, '')}#/${view}`);
    await page.getByRole('main').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBe(360);
  }
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /garden/ }).click();
  await timeline().getByRole('article').filter({ hasText: 'wide_code' }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(await findingsOfAxe(page)).toEqual([]);
  await guest.close();
});

test('a browser that is no longer let in is shown a page, and not bare text', async () => {
  await page.evaluate(`localStorage.removeItem('minimix-session')`);
  await page.reload();
  await page.getByRole('heading', { name: 'Session expired' }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  problems.splice(0, problems.length, ...problems.filter((problem) => !/status of 401/.test(problem)));
});

test('nothing of all this was an error in the console or against the CSP', () => {
  expect(problems).toEqual([]);
});
