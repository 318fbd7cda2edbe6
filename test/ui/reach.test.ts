// The way in with bookmarks, files, faces and other people's rooms, in a real browser; one walk, in this order.
import { createHash } from 'node:crypto';
import { createElement as xml } from 'ltx';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writePrivate } from '../support/clients/bookmarks.ts';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { newAccount, prosody, type Account } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');

let browser: Browser;
let daemon: TestDaemon;
let page: Page;
let problems: string[];
let alice: Account;
let phone: Person;
let bob: Person;
let garden: string;
let kitchen: string;
let attic: string;

beforeAll(async () => {
  [browser, daemon, alice] = await Promise.all([openBrowser(), startTestDaemon(), newAccount(prosody, 'alice')]);
  ({ page, problems } = await openPage(browser));
  const account = await newAccount(prosody, 'bob');
  [garden, kitchen, attic] = await Promise.all(['garden', 'kitchen', 'attic'].map((name) => prosody.room({ archive: true, name }))) as [string, string, string];
  bob = await connectPerson(prosody, account.user, account.password, { answersItself: ['urn:xmpp:channel-search:0:search'] });
  phone = await connectPerson(prosody, alice.user, alice.password, { resource: 'phone' });
  for (const room of [garden, kitchen, attic]) await bob.join(room, 'bob');
  await writePrivate(phone, {
    [garden]: { name: 'The garden', autojoin: true, nick: 'ali' },
    [kitchen]: { name: 'The kitchen', autojoin: false },
    [attic]: { name: 'The attic', autojoin: true },
    'old-friends@rooms.nowhere.invalid': { name: 'Old friends', autojoin: false },
  });
});

afterAll(async () => {
  await Promise.all([bob?.close(), phone?.close()]);
  await browser?.close();
  await daemon?.stop();
});

const main = () => page.getByRole('main');
const timeline = () => page.getByRole('region', { name: 'Messages' });
const article = (text: string) => timeline().getByRole('article').filter({ hasText: text });
const occupants = async (room: string): Promise<number> => {
  const answer = await bob.iq(xml('iq', { to: room, type: 'get' }, xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' })));
  const form = answer.getChild('query')?.getChild('x')?.getChildren('field') ?? [];
  return Number(form.find((field) => field.attrs['var'] === 'muc#roominfo_occupants')?.getChildText('value'));
};

test('a wrong password is said at once, and nothing is kept of it', async () => {
  await page.goto(daemon.url);
  await page.getByLabel('Address').fill(alice.jid);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByLabel('Server', { exact: true }).fill(`${prosody.host}:${prosody.port}`, { timeout: 30_000 });
  await page.getByLabel('Certificate of a private authority').fill(prosody.ca);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').filter({ hasText: /password|credentials|authori/i }).waitFor();
  expect(await daemon.minimix(['account', 'list', '--json'])).toBe('');
  await page.getByLabel('Password').fill(alice.password);
});

test('the bookmarks are shown by what would be done, and no room is entered before one agrees', async () => {
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('region', { name: 'Will be joined' }).getByText('The garden').waitFor();
  expect(await page.getByRole('region', { name: 'Will be joined' }).getByRole('checkbox', { checked: true }).count()).toBe(2);
  await page.getByRole('region', { name: 'Bookmarked, not joined' }).getByText('The kitchen').waitFor();
  await page.getByRole('region', { name: 'Unreachable' }).getByText('Old friends').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  expect(await Promise.all([garden, kitchen, attic].map(occupants))).toEqual([1, 1, 1]);
  await page.getByRole('checkbox', { name: /The attic/ }).uncheck();
  await page.getByRole('checkbox', { name: /The kitchen/ }).check();
  await page.getByRole('button', { name: 'Join 2 rooms' }).click();
  await main().getByText('2 of 2 rooms joined.').waitFor();
  expect(await Promise.all([garden, kitchen, attic].map(occupants))).toEqual([2, 2, 1]);
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('a file is looked at first, then sent; the room has its link', async () => {
  await page.getByRole('link', { name: 'Show my rooms' }).click();
  await page.getByRole('navigation').getByRole('link', { name: /garden/ }).click();
  await page.locator('input[type=file]').setInputFiles({ name: 'tap.png', mimeType: 'image/png', buffer: PNG });
  const upload = page.getByRole('group', { name: 'File to send' });
  await upload.getByText(/everyone in the room can open it/).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await upload.getByRole('button', { name: 'Send' }).click();
  const heard = await bob.next((stanza) => stanza.getChild('x', 'jabber:x:oob') !== undefined);
  expect(heard.getChildText('body')).toBe(heard.getChild('x', 'jabber:x:oob')?.getChildText('url'));
  await article('tap.png').waitFor();
  await upload.waitFor({ state: 'detached' });
});

test('a picture is shown on a click, and not by itself', async () => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/picture') asked.push(request.url());
  });
  expect(await article('tap.png').locator('img.file-picture').count()).toBe(0);
  expect(asked).toEqual([]);
  await article('tap.png').getByRole('button', { name: 'Show picture' }).click();
  await article('tap.png').getByRole('img', { name: 'Picture: tap.png' }).waitFor();
  await until(() => page.evaluate('document.querySelector("img.file-picture")?.naturalWidth === 1'), { what: 'the picture' });
  expect(asked).toHaveLength(1);
  expect(await findingsOfAxe(page)).toEqual([]);
  await article('tap.png').getByRole('button', { name: 'Hide picture' }).click();
});

test('people show the picture that they have, else a letter', async () => {
  const photo = xml('PHOTO', {}, xml('TYPE', {}, 'image/png'), xml('BINVAL', {}, PNG.toString('base64')));
  await bob.iq(xml('iq', { type: 'set' }, xml('vCard', { xmlns: 'vcard-temp' }, photo)));
  await bob.say(garden, 'before anybody saw me');
  await article('before anybody').locator('span.badge').waitFor();
  const hash = createHash('sha1').update(PNG).digest('hex');
  bob.send(xml('presence', { to: `${garden}/bob` }, xml('x', { xmlns: 'vcard-temp:x:update' }, xml('photo', {}, hash))));
  await article('before anybody').locator('img.face').waitFor();
  await page.getByRole('complementary', { name: 'People' }).locator('img.face').waitFor();
  await until(() => page.evaluate('document.querySelector("img.face")?.naturalWidth === 1'), { what: 'the face' });
});

test('a draft outlives a reload, and is marked in the list', async () => {
  const composer = page.getByRole('textbox', { name: /^Message to The garden/ });
  await composer.fill('half a thought');
  await page.getByRole('navigation').getByRole('link', { name: /kitchen/ }).click();
  await page.getByRole('navigation').getByRole('link', { name: /garden/ }).getByText('draft').waitFor();
  await until(() => page.evaluate('localStorage.getItem("minimix.drafts")?.includes("half a thought") === true'), { what: 'the draft to be kept' });
  await page.reload();
  await page.getByRole('navigation').getByRole('link', { name: /garden/ }).click();
  await until(async () => (await composer.inputValue()) === 'half a thought', { what: 'the draft' });
  await composer.fill('');
});

test('a slash shows what can be done, Tab takes it, and a day is gone to', async () => {
  const composer = page.getByRole('textbox', { name: /^Message to The garden/ });
  await composer.fill('/da');
  await page.getByText('go to a day').waitFor();
  await composer.press('Tab');
  expect(await composer.inputValue()).toBe('/date ');
  await composer.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Go to a day' });
  await dialog.getByLabel('Day').fill(await page.evaluate('new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10)'));
  expect(await findingsOfAxe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Go', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.waitForURL(/\/\d+$/);
  await page.getByRole('button', { name: /Newest|new/ }).or(article('before anybody')).first().waitFor();
});

test('a muted room leaves a quiet dot, in its bookmark too', async () => {
  await page.getByRole('button', { name: 'Mute this room' }).click();
  await page.getByRole('button', { name: 'Mute this room', pressed: true }).waitFor();
  await page.getByRole('navigation').getByRole('link', { name: /kitchen/ }).click();
  await bob.say(garden, 'nobody is called by this');
  await page.getByRole('navigation').getByRole('link', { name: /garden/ }).getByText('1 unread, muted').waitFor();
  expect(await page.title()).not.toMatch(/^\(/);
  expect(await daemon.minimix(['bookmarks', '--json'])).toContain('"notify":"never"');
});

test('a service is looked through, and a room of it joined', async () => {
  await page.getByRole('navigation').getByRole('button', { name: 'Join' }).click();
  await page.getByRole('link', { name: 'Search for rooms instead' }).click();
  await main().getByRole('button', { name: prosody.archivedRooms, exact: true }).click();
  const service = main().getByRole('region', { name: 'Rooms of a server' });
  await service.getByRole('status').filter({ hasText: /room/ }).waitFor();
  await until(
    async () => {
      if ((await service.getByRole('listitem').filter({ hasText: attic }).count()) > 0) return true;
      await service.getByRole('button', { name: 'Load more' }).click();
      return false;
    },
    { what: 'the attic in the list', deadline: 30_000 },
  );
  expect(await findingsOfAxe(page)).toEqual([]);
  await service.getByRole('listitem').filter({ hasText: attic }).getByRole('button', { name: /^Join/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Join', exact: true }).click();
  await page.getByRole('textbox', { name: /^Message to The attic/ }).waitFor();
});

test('a directory is asked only after it was switched on', async () => {
  await page.goBack();
  const card = main().getByRole('region', { name: 'Public directory' });
  await card.getByLabel('Directory', { exact: true }).fill(bob.jid);
  await card.getByRole('button', { name: 'Turn on' }).click();
  await card.getByLabel('Search words').fill('beans');
  const question = bob.next((stanza) => stanza.getChild('search') !== undefined);
  await card.getByRole('button', { name: 'Search' }).click();
  const { attrs } = await question;
  const item = xml('item', { address: 'beans@rooms.example.org' }, xml('name', {}, 'Beans \u202Eand\u202C twine'), xml('description', {}, '<b>climbing</b>'), xml('nusers', {}, '7'), xml('is-open'));
  bob.send(xml('iq', { type: 'result', id: String(attrs['id']), to: String(attrs['from']) }, xml('result', { xmlns: 'urn:xmpp:channel-search:0:search' }, item)));
  await card.getByText('Beans \uFFFDand\uFFFD twine').waitFor();
  await card.getByText('<b>climbing</b>').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await card.getByRole('button', { name: 'Turn the directory off' }).click();
  await card.getByRole('button', { name: 'Turn on' }).waitFor();
});

test('without an account, the sandbox leads from the first screen to a room in which somebody talks', async () => {
  const fresh = await startTestDaemon();
  const { page: other, problems: wrong } = await openPage(browser);
  await other.goto(fresh.url);
  await other.getByRole('button', { name: 'Try it with the sandbox' }).click();
  await other.getByText('1 of 1 rooms joined.').waitFor({ timeout: 20_000 });
  await other.getByRole('navigation').getByRole('link', { name: /balcony/ }).click();
  await other.getByRole('region', { name: 'Messages' }).getByText('Nobody else can see it.').waitFor();
  expect(wrong).toEqual([]);
  await other.context().close();
  await fresh.stop();
});

test('nothing of all this was an error in the console or against the CSP', () => {
  // What the daemon refused is told by the browser, too.
  expect(problems.filter((problem) => !/status of 422/.test(problem))).toEqual([]);
});
