// Each way of being in a room or out of it, as a person sees it; over rooms that answer as the test says.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ME, entry, left, presence, presenceError, startRooms, type RoomScript, type RoomServer } from '../support/rooms/server.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';
import { until } from '../support/until.ts';

let browser: Browser;
let daemon: TestDaemon;
let server: RoomServer;
let page: Page;

const room = (name: string): string => `${name}@rooms.scripted.test`;
/** The room tells nobody what it is called. */
const nameless: RoomScript['info'] = ({ attrs }) => `<iq type='error' from='${attrs['to']}' id='${attrs['id']}'><error type='cancel'/></iq>`;
const refused = (condition: string, type = 'cancel', inside = ''): RoomScript => ({
  join: (stanza) => presenceError(String(stanza.attrs['to']), condition, type, '', inside),
});
/** Lets us in, and puts us out again. */
const putOut = (name: string, codes: readonly number[], x = '', item?: string): RoomScript => ({
  join: (_, nick) => [...entry(room(name), nick), presence(room(name), nick, { type: 'unavailable', codes: [110, ...codes], x, ...(item && { item }) })],
});
const kicked = `<item affiliation='none' role='none'><actor nick='juliet'/><reason>off topic</reason></item>`;

/** By room: what it does, how it is shown, the sentence, and what the ledger says last. */
const cases: Readonly<Record<string, readonly [RoomScript, dot: string, sentence: string, ledger: string]>> = {
  inside: [{ join: (_, nick) => entry(room('inside'), nick, ['juliet'], [100, 110, 170]) }, 'Connected', '2 people', 'can see your address'],
  password: [refused('not-authorized', 'auth'), 'Not joined, action needed', 'needs a password', 'needs a password'],
  members: [refused('registration-required', 'auth'), 'Not joined, action needed', 'for members only', 'for members only'],
  banned: [refused('forbidden', 'auth'), 'Not joined, action needed', 'You are banned', 'You are banned'],
  register: [refused('not-acceptable'), 'Not joined, action needed', 'have to register', 'have to register'],
  challenge: [{ join: () => `<message from='${room('challenge')}'><captcha xmlns='urn:xmpp:captcha'/></message>` }, 'Not joined, action needed', 'CAPTCHA', 'CAPTCHA'],
  forbidden: [refused('not-allowed'), 'Not joined, action needed', 'does not let you create', 'does not let you create'],
  moved: [refused('gone', 'cancel', `xmpp:${room('orchard')}?join`), 'Not joined, action needed', `suggests ${room('orchard')}`, 'The room has moved'],
  locked: [refused('item-not-found'), 'Disconnected, retrying', 'does not exist yet', 'does not exist yet'],
  full: [refused('service-unavailable', 'wait'), 'Disconnected, retrying', 'The room is full', 'The room is full'],
  busy: [refused('resource-constraint', 'wait'), 'Disconnected, retrying', 'server is busy', 'server is busy'],
  down: [refused('remote-server-timeout', 'wait'), 'Disconnected, retrying', 'cannot be reached', 'cannot be reached'],
  kicked: [putOut('kicked', [307], '', kicked), 'Not joined, action needed', 'kicked from this room. By juliet. “off topic”', 'By juliet. “off topic”'],
  expelled: [putOut('expelled', [301]), 'Not joined, action needed', 'You are banned', 'You are banned'],
  unmade: [putOut('unmade', [321]), 'Not joined, action needed', 'no longer a member', 'no longer a member'],
  closed: [putOut('closed', [322]), 'Not joined, action needed', 'became members-only', 'became members-only'],
  stopped: [putOut('stopped', [332]), 'Disconnected, retrying', 'is shutting down', 'is shutting down'],
  faulty: [putOut('faulty', [307, 333]), 'Disconnected, retrying', 'after a delivery error', 'after a delivery error'],
  gone: [putOut('gone', [], `<destroy jid='${room('orchard')}'><reason>too many slugs</reason></destroy>`), 'Not joined, action needed', 'destroyed. “too many slugs”', 'suggests orchard'],
};

beforeAll(async () => {
  [browser, daemon, server] = await Promise.all([openBrowser(), startTestDaemon(), startRooms()]);
  for (const [name, [script]] of Object.entries(cases)) server.script(room(name), { info: nameless, leave: (_, nick) => left(room(name), nick), ...script });
  await daemon.minimix(['account', 'add', ME, '--server', `127.0.0.1:${server.port}`, '--allow-plaintext', '--password-stdin'], 'pencil\n');
  ({ page } = await openPage(browser, { width: 1440, height: 1000 }));
  await page.goto(daemon.url);
  // By evaluate: what waitForFunction polls is an eval in the page, which its policy forbids.
  await until(() => page.evaluate("localStorage.getItem('minimix-session') !== null"), { what: 'the page to be let in' });
  for (const name of Object.keys(cases)) await page.evaluate(join, [ME, room(name)] as const);
});

afterAll(async () => {
  await browser?.close();
  await daemon?.stop();
  await server?.stop();
});

/** In the browser: as the page itself asks, without its waiting for the answer. */
function join([account, jid]: readonly [string, string]): void {
  void fetch('/api/join', { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${localStorage.getItem('minimix-session')}` }, body: JSON.stringify({ account, room: jid, nick: 'romeo' }) });
}

const listed = (name: string) => page.getByRole('navigation', { name: 'Rooms' }).getByRole('link').filter({ has: page.getByText(name, { exact: true }) });

test('each room has a dot of its own shape and colour, with its meaning in words, and the sentence beside it', async () => {
  const looks = new Map<string, string>();
  for (const [name, [, dot, sentence]] of Object.entries(cases)) {
    const line = listed(name);
    await line.getByText(sentence).waitFor();
    const shown = line.getByRole('img');
    expect([name, await shown.textContent()]).toEqual([name, dot]);
    const svg = `document.querySelector('a[title="${room(name)}"] svg.health')`;
    const look = String(await page.evaluate(`${svg}.lastElementChild.outerHTML + getComputedStyle(${svg}).fill`));
    expect(looks.get(dot) ?? look).toBe(look);
    looks.set(dot, look);
  }
  expect(new Set(looks.values()).size).toBe(looks.size);
  expect(looks.size).toBe(3);
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('each room that we are out of says why, and its ledger ends with it', async () => {
  for (const [name, [, dot, sentence, ledger]] of Object.entries(cases)) {
    await listed(name).click();
    if (dot !== 'Connected') await page.getByRole('main').getByRole('status').getByText(sentence).waitFor();
    const about = page.getByRole('complementary', { name: 'About this room' });
    if (!(await about.isVisible())) await page.getByRole('button', { name: 'About this room' }).click();
    await about.getByRole('listitem').first().getByText(ledger).first().waitFor();
  }
  expect(await findingsOfAxe(page)).toEqual([]);
});
