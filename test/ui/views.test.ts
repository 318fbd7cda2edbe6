// The views beside the plain talk, in a real browser over a real daemon and a real Prosody; one walk, in this order.
import { readFileSync, writeFileSync } from 'node:fs';
import { createElement as xml, type Element } from 'ltx';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawItem, readNative, writePrivate } from '../support/clients/bookmarks.ts';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { freePorts } from '../support/servers/server.ts';
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
let phone: Person;
let bob: Person;
let room: string;
let other: string;

beforeAll(async () => {
  [browser, daemon, alice] = await Promise.all([openBrowser(), startTestDaemon(), newAccount(prosody, 'alice')]);
  ({ page, problems } = await openPage(browser));
  const account = await newAccount(prosody, 'bob');
  [room, other] = await Promise.all([
    prosody.room({ archive: true, name: 'garden', owners: [account.jid] }),
    prosody.room({ archive: true, name: 'kitchen' }),
  ]);
  bob = await connectPerson(prosody, account.user, account.password);
  await bob.join(room, 'bob');
  await bob.join(other, 'bob');
  phone = await connectPerson(prosody, alice.user, alice.password, { resource: 'phone', features: ['urn:minimix:relay:0'] });
  await addAccount(alice);
  await daemon.minimix(['join', room, '--nick', 'ali']);
  await page.goto(daemon.url);
  await roomLink('garden').getByText('2 people').waitFor();
});

afterAll(async () => {
  await Promise.all([phone?.close(), bob?.close()]);
  await browser?.close();
  await daemon?.stop();
});

const addAccount = ({ jid, password }: Account): Promise<string> => {
  const where = ['--server', `${prosody.host}:${prosody.port}`, '--ca', prosody.caFile];
  return daemon.minimix(['account', 'add', jid, ...where, '--password-stdin'], `${password}\n`);
};
const main = () => page.getByRole('main');
const timeline = () => page.getByRole('region', { name: 'Messages' });
const composer = () => page.getByRole('textbox', { name: /^Message to/ });
const roomLink = (name: string) => page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: new RegExp(name) });
const tool = (name: string) => page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name, exact: true });
const article = (text: string) => timeline().getByRole('article').filter({ hasText: text });
const stanzaId = (reflected: Element): string => String(reflected.getChild('stanza-id')?.attrs['id']);
const heardByBob = (body: string) => bob.next((stanza) => stanza.getChildText('body') === body);

test('an edit replaces the message, and a click shows its history', async () => {
  await roomLink('garden').click();
  const said = await bob.say(room, 'meet at nine');
  await article('meet at nine').waitFor();
  await bob.say(room, 'meet at noon', xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id: said.attrs['id'] as string }));
  await article('meet at nine').waitFor({ state: 'detached' });
  await article('meet at noon').getByRole('button', { name: 'edited (show history)' }).click();
  await article('meet at noon').getByText('meet at nine').waitFor();
  expect(await timeline().getByRole('article').count()).toBe(1);
});

test('reactions stand below the message with their count, a retraction takes the words away', async () => {
  const said = await bob.say(room, 'who brings cake?');
  const reactions = xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: stanzaId(said) }, xml('reaction', {}, '🍰'));
  bob.send(xml('message', { to: room, type: 'groupchat', id: 'r1' }, reactions));
  await article('who brings cake?').getByText('🍰, 1: bob').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  const retract = xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: stanzaId(said) });
  bob.send(xml('message', { to: room, type: 'groupchat', id: 'r2' }, retract));
  await timeline().getByText('deleted this message').waitFor();
  expect(await timeline().getByText('who brings cake?').count()).toBe(0);
});

test('a time that the sender has put there is shown as theirs', async () => {
  await bob.say(room, 'said long ago?', xml('delay', { xmlns: 'urn:xmpp:delay', stamp: '2001-01-01T12:00:00Z' }));
  await article('said long ago?').getByText(/^According to the sender: .*2001/).waitFor();
});

test('a reply quotes what it answers, from there and from here', async () => {
  const said = await bob.say(room, 'is the tap repaired?');
  await bob.say(room, 'I mean the one outside', xml('reply', { xmlns: 'urn:xmpp:reply:0', id: stanzaId(said), to: `${room}/bob` }));
  const quote = article('I mean the one outside').getByRole('link', { name: /is the tap repaired/ });
  await quote.waitFor();
  await article('is the tap repaired?').first().hover();
  await article('is the tap repaired?').first().getByRole('button', { name: 'Reply' }).click();
  await page.getByText('Replying to bob').waitFor();
  await composer().fill('since this morning');
  await composer().press('Enter');
  const heard = await heardByBob('> bob wrote:\n> is the tap repaired?\nsince this morning');
  expect(heard.getChild('reply')?.attrs).toMatchObject({ id: stanzaId(said), to: `${room}/bob` });
  await article('since this morning').getByRole('link', { name: /is the tap repaired/ }).click();
  await page.locator('[aria-current=true]').getByText('is the tap repaired?', { exact: true }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('arrow up in an empty line edits the last message', async () => {
  await roomLink('garden').click();
  await composer().press('ArrowUp');
  await page.getByText('Editing message').waitFor();
  expect(await composer().inputValue()).toBe('since this morning');
  await composer().fill('since this evening');
  await composer().press('Enter');
  const heard = await heardByBob('since this evening');
  expect(heard.getChild('replace')).toBeDefined();
  await article('since this evening').getByRole('button', { name: /edited/ }).waitFor();
  expect(await article('since this morning').count()).toBe(0);
});

test('Tab completes a nick, and an unknown command is not said', async () => {
  await composer().fill('bo');
  await composer().press('Tab');
  await until(async () => (await composer().inputValue()) === 'bob: ', { what: 'the nick' });
  await composer().fill('/dance now');
  await composer().press('Enter');
  await page.getByText('Unknown command /dance.').waitFor();
  await composer().fill('');
});

test('a nick that was completed is mentioned explicitly, too (XEP-0513), and stands out', async () => {
  await composer().fill('🌹 bo');
  await composer().press('Tab');
  await until(async () => (await composer().inputValue()) === '🌹 bob ', { what: 'the nick' });
  await composer().pressSequentially('is here');
  await composer().press('Enter');
  const heard = await heardByBob('🌹 bob is here');
  const { begin, end, occupantid } = heard.getChild('mention', 'urn:xmpp:mentions:0')?.attrs ?? {};
  expect([begin, end, typeof occupantid]).toEqual(['2', '5', 'string']);
  const mentioned = article('bob is here').locator('.mentioned');
  await mentioned.waitFor();
  expect(await mentioned.allTextContents()).toEqual(['bob']);
});

test('what is typed behind a completed nick stands behind it, however late the browser draws', async () => {
  await page.evaluate(`{
    const frames = [], draw = window.requestAnimationFrame;
    window.requestAnimationFrame = (call) => frames.push(call);
    window.drawNow = () => { window.requestAnimationFrame = draw; for (const call of frames) draw(call); };
  }`);
  await composer().fill('bo');
  await composer().press('Tab');
  await until(async () => (await composer().inputValue()) === 'bob: ', { what: 'the nick' });
  await composer().press('h');
  await page.evaluate('new Promise((drawn) => { drawNow(); requestAnimationFrame(() => requestAnimationFrame(drawn)); })');
  await composer().press('i');
  expect(await composer().inputValue()).toBe('bob: hi');
  await composer().fill('');
});

test('a private message stands apart from the room', async () => {
  bob.send(xml('message', { to: `${room}/ali`, type: 'chat', id: 'pm' }, xml('body', {}, 'between us'), xml('x', { xmlns: MUC_USER })));
  await page.getByRole('link', { name: 'A private message for you' }).click();
  await timeline().getByText('between us').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.getByRole('link', { name: 'Back to the room' }).click();
  await article('since this evening').waitFor();
  expect(await timeline().getByText('between us').count()).toBe(0);
});

test('the room tells what happened in it, and keeps what was chosen for it', async () => {
  await page.getByRole('button', { name: 'About this room' }).click();
  const about = page.getByRole('complementary', { name: 'About this room' });
  await about.getByText('Joined').waitFor();
  await about.getByRole('checkbox', { name: 'Rejoin automatically after a kick' }).check();
  await about.getByLabel('Your nickname here').fill('alice-in-the-garden');
  await about.getByRole('button', { name: 'Change nickname' }).click();
  await roomLink('garden').getByText('alice-in-the-garden').waitFor();
  expect(await about.getByRole('checkbox', { name: 'Rejoin automatically after a kick' }).isChecked()).toBe(true);
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('a kick is told with its cause, and one button leads back in', async () => {
  await page.getByRole('checkbox', { name: 'Rejoin automatically after a kick' }).uncheck();
  const item = xml('item', { nick: 'alice-in-the-garden', role: 'none' }, xml('reason', {}, 'too many beans'));
  await bob.iq(xml('iq', { to: room, type: 'set' }, xml('query', { xmlns: 'http://jabber.org/protocol/muc#admin' }, item)));
  const notice = main().getByRole('status').filter({ hasText: 'too many beans' });
  await notice.waitFor();
  await page.getByRole('complementary').getByRole('listitem').filter({ hasText: 'You were kicked' }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await notice.getByRole('button', { name: 'Join again' }).click();
  await notice.waitFor({ state: 'detached' });
  await roomLink('garden').getByRole('img', { name: 'Connected' }).waitFor();
});

test('an invitation waits in the overview until it is accepted', async () => {
  const invite = xml('x', { xmlns: 'jabber:x:conference', jid: other, reason: 'soup' }); // XEP-0249
  bob.send(xml('message', { to: alice.jid }, xml('body', {}, 'come'), invite));
  await tool('Overview').click();
  const card = main().getByRole('region', { name: 'Invitations' });
  await card.getByText('soup').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await card.getByRole('button', { name: 'Join' }).click();
  await roomLink('kitchen').getByText('2 people').waitFor();
  await composer().waitFor();
});

test('a search marks what it found, and explains what it cannot read', async () => {
  await tool('Search').click();
  const field = page.getByRole('searchbox', { name: 'Search the archive' });
  await field.fill('tap');
  await main().locator('mark', { hasText: 'tap' }).first().waitFor();
  await field.fill('has:nothing');
  await main().getByRole('status').filter({ hasText: 'has:' }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('a device says what it gets and why; its switch, its policy and its name are kept', async () => {
  await tool('Devices').click();
  const card = main().locator('.device-card', { hasText: 'phone' });
  await card.getByText('it supports the relay (urn:minimix:relay:0)').waitFor();
  await card.getByRole('checkbox', { name: 'Relay room messages to this device' }).uncheck();
  await card.getByText('you turned it off').waitFor();
  await card.getByLabel('Receives').selectOption('mentions');
  await card.getByText('By room').click();
  await card.getByLabel('garden').selectOption('nothing');
  await card.getByText('By room (1)').waitFor();
  await card.getByRole('button', { name: 'Send a test' }).click();
  await card.getByText('Delivered.').waitFor();
  await card.getByText('Mentions and missed messages').click();
  await card.getByLabel('Words that count as a mention').fill('tea, cake');
  await card.getByLabel('Not older than (hours)').fill('48');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByRole('checkbox', { name: 'Send a text summary of mentions' }).check();
  await card.getByLabel('Quiet from').fill('22:00');
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.reload();
  await card.getByText('Mentions and missed messages').click();
  expect(await Promise.all(['Words that count as a mention', 'Not older than (hours)', 'Quiet from'].map((label) => card.getByLabel(label).inputValue()))).toEqual(['tea, cake', '48', '22:00']);
  await card.getByText('Mentions and missed messages').click();
  await card.getByLabel('Name').fill('My phone');
  await card.getByRole('button', { name: 'Save' }).click();
  await main().getByRole('heading', { name: 'My phone' }).waitFor();
  expect(JSON.parse(await daemon.minimix(['devices', '--json']))).toMatchObject({ label: 'My phone', relay: false });
});

test('a device that connects gets a password once, as words and as a code', async () => {
  const [listen, direct] = await freePorts(2);
  await daemon.minimix(['bouncer', 'on', '--listen', `127.0.0.1:${listen}`, '--direct-tls', `127.0.0.1:${direct}`]);
  await page.reload();
  await main().getByText(`Minimix accepts devices on 127.0.0.1, port ${listen}.`).waitFor();
  await main().getByLabel('Name of the device').fill('Laptop');
  await main().getByRole('button', { name: 'Create password' }).click();
  await main().getByRole('img', { name: 'QR code with address and device password' }).waitFor();
  await main().getByText('Waiting for its first login…').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  const password = await main().locator('.credentials dd').nth(1).innerText();
  const [ca = ''] = /\S+\.pem/.exec(await daemon.minimix(['bouncer', 'ca'])) ?? [];
  const laptop = await connectPerson(prosody, alice.user, password, { resource: 'laptop', port: listen, ca: readFileSync(ca, 'utf8') });
  await main().getByText('The device has logged in. Waiting for its first message…').waitFor();
  expect(await main().getByText('✓').count()).toBe(0);
  await laptop.join(room, 'ali');
  await main().getByText('It works: the first message was delivered.').waitFor();
  expect(await main().locator('.arrived').innerText()).toMatch(/^✓/);
  const wide = page.viewportSize() ?? { width: 1280, height: 800 };
  await page.setViewportSize({ width: 360, height: 800 }); // a password that is shown once is not lost by a turn of the phone
  await main().getByText(password).waitFor();
  await page.setViewportSize(wide);
  await laptop.close();
  await main().getByRole('button', { name: 'New password: Laptop' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'New password' }).click();
  await until(async () => (await main().locator('.credentials dd').nth(1).innerText()) !== password, { what: 'another password' });
  expect(await main().getByText('The device has logged in.').count()).toBe(0); // that was by the old one
  expect(await findingsOfAxe(page)).toEqual([]);
  await main().getByRole('button', { name: 'Revoke: Laptop' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await main().getByRole('button', { name: 'Revoke: Laptop' }).waitFor({ state: 'detached' });
});

test('a bookmark is added, edited and removed; the log undoes it', async () => {
  await tool('Bookmarks').click();
  const advanced = main().getByText(/^Advanced: stored in \d formats, all in sync$/);
  await advanced.waitFor();
  expect(await main().getByText('Bookmarks 2 (XEP-0402)').first().isVisible()).toBe(false);
  await advanced.click();
  await main().getByRole('columnheader', { name: 'Bookmarks 2 (XEP-0402)' }).waitFor();
  await main().getByRole('button', { name: 'Add a bookmark' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Room').fill('library@rooms.example.org');
  await dialog.getByLabel('Name', { exact: true }).fill('The library');
  await dialog.getByLabel('Auto-join').uncheck();
  expect(await findingsOfAxe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = main().getByRole('row', { name: /The library/ });
  await row.waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await row.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await row.waitFor({ state: 'detached' });
  const log = main().getByRole('region', { name: 'Changes' });
  await log.getByRole('listitem').filter({ hasText: 'The library removed' }).getByRole('button').click();
  await row.waitFor();
});

test('rooms gone at once are asked about, and what rooms see of one can be said', async () => {
  const gone = await connectPerson(prosody, alice.user, alice.password, { resource: 'old-laptop' });
  await writePrivate(gone, {});
  await gone.close();
  const held = main().getByRole('region', { name: 'Remove these bookmarks?' });
  await held.waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await held.getByRole('button', { name: 'Restore them' }).click();
  await held.waitFor({ state: 'detached' });
  await until(async () => Object.keys(await readNative(phone)).length > 1, { what: 'all to be back' });
  const self = main().getByRole('region', { name: 'How rooms see you' });
  await self.getByLabel('While none of your devices is online').selectOption('xa');
  await self.getByLabel('Status').fill('asleep');
  await self.getByLabel('Your nickname').fill('Alice L.');
  await self.getByRole('button', { name: 'Save' }).click();
  await self.getByRole('button', { name: 'Save' }).waitFor({ state: 'detached' });
  expect(JSON.parse(await daemon.minimix(['presence', '--json']))).toMatchObject({ offline: { show: 'xa', status: 'asleep' }, nick: 'Alice L.' });
  const files = main().getByRole('region', { name: 'Export and import' });
  const [download] = await Promise.all([page.waitForEvent('download'), files.getByRole('button', { name: 'Export as XML (XEP-0402)' }).click()]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('urn:xmpp:bookmarks:1');
  await files.getByLabel('As of').fill('2026-01-01T10:00');
  await files.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
});

test('beside a room one says what it sees, when clients notify, and registers by its own form', async () => {
  await prosody.setAffiliation(room, alice.jid, 'member');
  await roomLink('garden').click();
  await page.getByRole('button', { name: 'About this room' }).click();
  const about = page.getByRole('complementary', { name: 'About this room' });
  await about.getByLabel('Your presence in this room').selectOption('dnd');
  await about.getByLabel('Status').fill('in the garden');
  await about.getByRole('button', { name: 'Save' }).click();
  await bob.next((stanza) => stanza.name === 'presence' && String(stanza.attrs['from']).startsWith(`${room}/`) && stanza.getChildText('status') === 'in the garden', { deadline: 20_000, what: 'the room to see it' });
  await about.getByLabel('Notifications').selectOption('never');
  await until(async () => String(await rawItem(phone, room)).includes('<never'), { what: 'other clients to see it' });
  await about.getByRole('button', { name: 'Register a nickname with the room' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/nick/i).fill('Ali of the Garden');
  expect(await findingsOfAxe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
  await dialog.getByText('The room has reserved the nickname Ali of the Garden for you.').waitFor();
  await dialog.locator('footer').getByRole('button', { name: 'Close' }).click();
  await about.getByRole('button', { name: 'Hide' }).click();
});

test('the palette goes to a room by a part of its name, without the mouse', async () => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'A room or an action' }).waitFor();
  await page.keyboard.type('kitch');
  await page.getByRole('option', { name: /kitchen/ }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: /^Message to kitchen/ }).waitFor();
  await page.keyboard.press('Alt+ArrowUp');
  await page.getByRole('textbox', { name: /^Message to garden/ }).waitFor();
});

test('each setting is changed where it stands, at once; what it does not take is refused in words, a spoilt file is told', async () => {
  await tool('Settings').click();
  await main().getByText('Log', { exact: true }).click();
  await main().getByLabel('Log level').selectOption('debug');
  await main().getByText('Saved.', { exact: true }).waitFor();
  expect(await daemon.minimix(['settings', 'get', 'log.level'])).toBe('debug');
  const files = main().getByLabel('Number of log files to keep');
  await files.fill('0');
  await files.press('Enter');
  await main().getByText('log.files must be at least 1. Nothing was changed.').waitFor();
  await files.fill('7');
  await files.press('Enter');
  await until(async () => (await daemon.minimix(['settings', 'get', 'log.files'])) === '7', { what: 'the number to be kept' });
  expect(await findingsOfAxe(page)).toEqual([]);
  const path = await daemon.minimix(['settings', 'path']);
  const good = readFileSync(path, 'utf8');
  writeFileSync(path, good.replace('"debug"', '"loud"'));
  await main().getByRole('alert').getByText('log.level must be one of debug, info, warn, error').waitFor({ timeout: 20_000 });
  writeFileSync(path, good);
  await main().getByRole('alert').getByText('log.level must be one of').waitFor({ state: 'detached', timeout: 20_000 });
});

test('two accounts are searched together, and each hit says whose it is', async () => {
  const carol = await newAccount(prosody, 'carol');
  await addAccount(carol);
  await daemon.minimix(['--account', carol.jid, 'join', other, '--nick', 'carol']);
  await bob.say(other, 'soup is ready, come all');
  await tool('Search').click();
  await page.getByRole('searchbox', { name: 'Search the archive' }).fill('soup ready');
  await until(async () => (await main().locator('.hit').count()) === 2, { what: 'a hit of each account' });
  await main().getByText(`in ${carol.jid}`).waitFor();
  await main().getByText(`in ${alice.jid}`).waitFor();
});

test('one account’s rooms are shown alone by a click, and all again by another', async () => {
  const carol = page.getByRole('list', { name: 'Accounts' }).getByRole('button', { name: /carol/ });
  await carol.click();
  await roomLink('garden').waitFor({ state: 'detached' });
  await carol.click();
  await roomLink('garden').waitFor();
});

test('what each device gets of each room is one table', async () => {
  await tool('Devices').click();
  const matrix = main().getByRole('region', { name: 'Devices by room' }).first();
  await matrix.getByLabel('My phone: garden').selectOption('mentions');
  await page.reload();
  await matrix.waitFor();
  expect(await matrix.getByLabel('My phone: garden').inputValue()).toBe('mentions');
});

test('what could not be read is told in plain words: from whom, why, and how it begins', async () => {
  bob.send(`<message to='${room}' type='groupchat' id='huge'><body>${'"'.repeat(250_000)}</body></message>`);
  await page.getByRole('link', { name: 'Overview' }).click();
  const card = main().getByRole('region', { name: 'One incoming message could not be read' });
  await until(async () => {
    await page.reload();
    await card.waitFor({ timeout: 3_000 });
    return true;
  }, { what: 'the quarantine' });
  await card.getByText('too large (1.5 MB)').waitFor();
  await card.getByText(`${room}/bob`, { exact: true }).waitFor();
  await card.getByText('Show how it begins').click();
  await card.getByText('&quot;&quot;').waitFor();
});

test.each([
  ['overview', 360],
  ['devices', 360],
  ['bookmarks', 360],
  ['browse', 360],
  ['settings', 360],
  ['add-account', 360],
])('the view %s is clean for axe at %i px, and scrolls only downwards', async (view, width) => {
  await page.setViewportSize({ width, height: 800 });
  await page.evaluate(`location.hash = '#/${view}'`);
  await main().waitFor();
  await until(() => page.evaluate('document.querySelector("main")?.getAttribute("aria-busy") !== "true"'), { what: 'the view' });
  expect(await findingsOfAxe(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('the page speaks German where one chooses so', async () => {
  await tool('Settings').click();
  expect(await findingsOfAxe(page)).toEqual([]);
  await main().getByLabel('Language').selectOption('de');
  await page.getByRole('heading', { name: 'Einstellungen', exact: true }).waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('de');
  await page.getByRole('link', { name: 'Übersicht' }).click();
  await main().getByText('Am meisten los war am').first().waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('nothing of all this was an error in the console or against the CSP', () => {
  // What the daemon refused is told by the browser, too.
  expect(problems.filter((problem) => !/status of 422/.test(problem))).toEqual([]);
});
