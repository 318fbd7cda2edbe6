// The line to write in, in a real browser over a real daemon and a real Prosody: one walk, in this order.
import { createElement as xml } from 'ltx';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { newAccount, prosody, type Account } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';

const STATES = 'http://jabber.org/protocol/chatstates';
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');

let browser: Browser;
let daemon: TestDaemon;
let page: Page;
let problems: string[];
let alice: Account;
let bob: Person;
let room: string;

beforeAll(async () => {
  [browser, daemon, alice] = await Promise.all([openBrowser(), startTestDaemon(), newAccount(prosody, 'alice')]);
  ({ page, problems } = await openPage(browser));
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const account = await newAccount(prosody, 'bob');
  room = await prosody.room({ archive: true, name: 'garden' });
  bob = await connectPerson(prosody, account.user, account.password);
  await bob.join(room, 'bob');
  const where = ['--server', `${prosody.host}:${prosody.port}`, '--ca', prosody.caFile];
  await daemon.minimix(['account', 'add', alice.jid, ...where, '--password-stdin'], `${alice.password}\n`);
  await daemon.minimix(['join', room, '--nick', 'ali']);
  await page.goto(daemon.url);
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /garden/ }).click();
  await composer().waitFor();
});

afterAll(async () => {
  await bob?.close();
  await browser?.close();
  await daemon?.stop();
});

const timeline = () => page.getByRole('region', { name: 'Messages' });
const composer = () => page.getByRole('textbox', { name: /^Message to/ });
const article = (text: string) => timeline().getByRole('article').filter({ hasText: text });
const heard = (body: string) => bob.next((stanza) => stanza.getChildText('body') === body, { what: `bob to hear “${body}”` });
const uploads = () => page.getByRole('group', { name: /^Files? to send$/ });

test('a name between colons becomes an emoji, and one that is begun is completed', async () => {
  await composer().fill('');
  await composer().pressSequentially('look, a :turtle:');
  await until(async () => (await composer().inputValue()) === 'look, a 🐢', { what: 'the turtle' });
  await composer().pressSequentially(' and :shav');
  const list = page.getByRole('listbox', { name: 'Suggestions' });
  await list.getByRole('option', { name: ':shaved_ice:' }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await composer().press('Enter');
  expect(await composer().inputValue()).toBe('look, a 🐢 and 🍧');
  await list.waitFor({ state: 'detached' });
  await composer().press('Enter');
  await heard('look, a 🐢 and 🍧');
});

test('a nick behind an @ is offered, and is mentioned explicitly (XEP-0513)', async () => {
  await composer().pressSequentially('tea, @b');
  await page.getByRole('option', { name: 'bob' }).waitFor();
  await composer().press('Tab');
  await until(async () => (await composer().inputValue()) === 'tea, bob ', { what: 'the nick' });
  await composer().pressSequentially('?');
  await composer().press('Enter');
  expect((await heard('tea, bob ?')).getChild('mention', 'urn:xmpp:mentions:0')?.attrs).toMatchObject({ begin: '5', end: '8' });
});

test('an emoji from the picker goes where the caret is', async () => {
  await composer().fill('good!');
  await composer().press('ArrowLeft');
  await page.getByRole('button', { name: 'Emoji', exact: true }).click();
  await page.getByRole('group', { name: 'Recently used' }).getByRole('button').first().click();
  await until(async () => (await composer().inputValue()) === 'good🍧!', { what: 'the emoji' });
  await composer().fill('');
});

test('code stands in a block with a button that copies it, styles are drawn, and quotes apart', async () => {
  await bob.say(room, 'see *this* and `that`:\n```sh\nnpm ci   # as is\nnpm test\n```\n> what was *said*\nyes');
  const message = article('see *this*');
  await message.locator('.code-block').waitFor();
  expect(await message.locator('.code-block code').textContent()).toBe('npm ci   # as is\nnpm test');
  expect(await message.locator('.text > strong').textContent()).toBe('*this*');
  expect(await message.locator('.quoted').textContent()).toBe('what was *said*');
  await message.getByRole('button', { name: 'Copy code' }).click();
  await message.getByRole('status').getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('npm ci   # as is\nnpm test');
  await bob.say(room, '*as it stands*', xml('unstyled', { xmlns: 'urn:xmpp:styling:0' }));
  await article('*as it stands*').waitFor();
  expect(await article('*as it stands*').locator('strong').count()).toBe(0);
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('a spoiler is hidden until one asks, from there and from here, and no quote gives it away', async () => {
  const said = await bob.say(room, 'the butler did it', xml('spoiler', { xmlns: 'urn:xmpp:spoiler:0' }, 'how it ends'));
  const message = article('how it ends');
  await message.waitFor();
  expect(await timeline().getByText('the butler did it').count()).toBe(0);
  const id = String(said.getChild('stanza-id')?.attrs['id']);
  await bob.say(room, 'really?', xml('reply', { xmlns: 'urn:xmpp:reply:0', id, to: `${room}/bob` }));
  await article('really?').getByRole('link', { name: /Spoiler/ }).waitFor();
  await message.getByRole('button', { name: /how it ends/ }).click();
  await message.getByText('the butler did it').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Hide as spoiler' }).click();
  await page.getByLabel('Spoiler, shown as:').fill('the murderer');
  await composer().fill('It was the gardener.');
  await composer().press('Enter');
  expect((await heard('It was the gardener.')).getChildText('spoiler', 'urn:xmpp:spoiler:0')).toBe('the murderer');
  await article('the murderer').waitFor();
  await page.getByLabel('Spoiler, shown as:').waitFor({ state: 'detached' });
  await composer().press('ArrowUp');
  await composer().fill('It was the cook.');
  await composer().press('Enter');
  expect((await heard('It was the cook.')).getChildText('spoiler', 'urn:xmpp:spoiler:0')).toBe('the murderer');
});

/** Pastes or drops files as the browser would hand them over. */
const give = (how: 'paste' | 'drop', ...names: string[]): Promise<void> =>
  page.evaluate(`(() => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(${JSON.stringify(PNG.toString('base64'))}), (one) => one.charCodeAt(0));
    for (const name of ${JSON.stringify(names)}) data.items.add(new File([bytes], name, { type: 'image/png' }));
    const init = { bubbles: true, cancelable: true };
    const event = ${how === 'paste'} ? new ClipboardEvent('paste', { ...init, clipboardData: data }) : new DragEvent('drop', { ...init, dataTransfer: data });
    document.querySelector('.composer textarea').dispatchEvent(event);
  })()`);

test('a picture that is pasted is shown small first, more can be dropped, and one is taken out', async () => {
  await give('paste', 'tap.png');
  await uploads().getByText('tap.png').waitFor();
  await uploads().locator('canvas.drawn').waitFor();
  await give('drop', 'hose.png', 'wrong.png');
  await uploads().getByText('wrong.png').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await uploads().getByRole('button', { name: 'Remove: wrong.png' }).click();
  await uploads().getByText('wrong.png').waitFor({ state: 'detached' });
});

test('an upload shows how far it is and can be cancelled; the next try sends all of them', async () => {
  await page.route(/\/files\?/, () => undefined); // a server that takes its time
  await uploads().getByRole('button', { name: 'Send 2 files' }).click();
  await uploads().getByRole('progressbar').waitFor();
  await uploads().getByRole('button', { name: 'Cancel: tap.png' }).click();
  await uploads().getByText('Cancelled.').waitFor();
  await uploads().getByRole('button', { name: 'Cancel: hose.png' }).click();
  await page.unroute(/\/files\?/);
  await uploads().getByRole('button', { name: 'Send 2 files' }).click();
  const links = [];
  for (let count = 0; count < 2; count += 1) links.push((await bob.next((stanza) => stanza.getChild('x', 'jabber:x:oob') !== undefined)).getChildText('body'));
  expect(links.map((link) => link?.split('/').at(-1))).toEqual(['tap.png', 'hose.png']);
  await uploads().waitFor({ state: 'detached' });
  await article('hose.png').waitFor();
});

test('who is typing is shown, others are told of the person, and a switch ends that', async () => {
  bob.send(xml('message', { to: room, type: 'groupchat' }, xml('composing', { xmlns: STATES })));
  await page.getByText('bob is typing…').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await bob.say(room, 'here it is');
  await page.getByText('bob is typing…').waitFor({ state: 'detached' });
  const told = (state: string): number => bob.stanzas.filter((stanza) => stanza.getChild(state, STATES) !== undefined && stanza.attrs['from'] === `${room}/ali`).length;
  const [began, stopped] = [told('composing'), told('paused')];
  await composer().pressSequentially('hm');
  await until(() => told('composing') > began, { what: 'bob to see her typing' });
  await composer().fill('');
  await until(() => told('paused') > stopped, { what: 'bob to see that she stopped' });
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('checkbox', { name: 'Show others when you are typing' }).uncheck();
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /garden/ }).click();
  const before = told('composing');
  await composer().pressSequentially('not told');
  await composer().press('Enter');
  await heard('not told'); // behind all that was told before
  expect(told('composing')).toBe(before);
});

test('nothing of all this was an error in the console or against the CSP', () => {
  expect(problems).toEqual([]);
});
