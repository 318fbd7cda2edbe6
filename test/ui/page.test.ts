// The page in a real browser, over a real daemon and a real Prosody; the tests are one walk, in this order.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { displayedIn, MDS, sayDisplayed, stanzaIdBy } from '../support/clients/displayed.ts';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { newAccount, prosody, type Account } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';

const SAID = 200; // messages before the first join: more than three pages
const GONE = 1e6; // pixels: the row is no longer in the document

let browser: Browser;
let daemon: TestDaemon;
let page: Page;
let problems: string[];
let alice: Account;
let bob: Person;
let phone: Person | undefined;
let room: string;

beforeAll(async () => {
  [browser, daemon, alice] = await Promise.all([openBrowser(), startTestDaemon(), newAccount(prosody, 'alice')]);
  ({ page, problems } = await openPage(browser));
  const account = await newAccount(prosody, 'bob');
  room = await prosody.room({ archive: true, name: 'garden' });
  bob = await connectPerson(prosody, account.user, account.password);
  await bob.join(room, 'bob');
  for (let number = 1; number <= SAID; number += 1) await bob.say(room, `message number ${number}.`);
});

afterAll(async () => {
  await phone?.close();
  await bob?.close();
  await browser?.close();
  await daemon?.stop();
});

const timeline = () => page.getByRole('region', { name: 'Messages' });
const composer = () => page.getByRole('textbox', { name: /^Message to/ });
const roomLink = () => page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /garden/ });

const article = (text: string) => timeline().getByRole('article').filter({ hasText: text });

interface Place {
  /** Pixels from what is in sight to the end. */
  readonly toEnd: number;
  /** A message in sight, and where its row is. */
  readonly text: string;
  readonly top: number;
}

// As text: what runs in the browser would need the browser's types here.
const place = (): Promise<Place> =>
  page.evaluate(`(() => {
    const list = document.querySelector('.timeline');
    const { top } = list.getBoundingClientRect();
    const row = [...list.querySelectorAll('.message')].find((one) => one.getBoundingClientRect().top > top + 200);
    return {
      toEnd: list.scrollHeight - list.scrollTop - list.clientHeight,
      text: row?.querySelector('.text')?.textContent ?? '',
      top: (row?.getBoundingClientRect().top ?? 0) - top,
    };
  })()`);

/** Scrolls up by some pixels; resolves with how far the row of that text moved down in two frames, beyond that: by how much it jumped. */
const scrollUp = (pixels: number, { text, top }: Place): Promise<number> =>
  page.evaluate(`(async () => {
    const list = document.querySelector('.timeline');
    const way = Math.min(${pixels}, list.scrollTop);
    list.scrollBy(0, -${pixels});
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const texts = [...list.querySelectorAll('.message .text')];
    const row = texts.find((one) => one.textContent === ${JSON.stringify(text)})?.closest('.message');
    if (!row) return ${GONE};
    const moved = row.getBoundingClientRect().top - list.getBoundingClientRect().top - ${top};
    // a page that comes in that very moment may keep the reader where they were
    return Math.min(Math.abs(moved - way), Math.abs(moved - ${pixels}), Math.abs(moved));
  })()`);

test('the one-time address lets one browser in, once', async () => {
  await page.goto(daemon.url);
  await page.getByRole('heading', { name: 'One account, in every room' }).waitFor();
  const { page: other } = await openPage(browser);
  await other.goto(daemon.url);
  await other.getByRole('heading', { name: 'Session expired' }).waitFor();
  await other.context().close();
  expect(new URL(page.url()).search).toBe(''); // no ticket is left in the address bar
});

test('a server of somebody else on another port of 127.0.0.1 is told nothing, and reads nothing', async () => {
  const heard: IncomingHttpHeaders[] = [];
  const theirs = createServer(({ headers }, response) => {
    heard.push(headers);
    response.writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' }).end('<!doctype html><title>theirs</title>');
  }).listen(0, '127.0.0.1');
  await once(theirs, 'listening');
  const address = theirs.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const ours = await page.evaluate<string | null>(`localStorage.getItem('minimix-session')`);
  expect(ours?.length).toBeGreaterThan(30);
  const visit = await page.context().newPage(); // the same browser, the same profile
  await visit.goto(`http://127.0.0.1:${address.port}/`);
  expect(await visit.evaluate(`JSON.stringify([document.cookie, localStorage.length, sessionStorage.length])`)).toBe('["",0,0]');
  await visit.close();
  theirs.close();
  expect(heard.length).toBeGreaterThan(0);
  for (const headers of heard) {
    expect(headers.cookie).toBeUndefined();
    expect(JSON.stringify(headers)).not.toContain(String(ours));
  }
});

test('the first screen says what is missing, and asks for the server only where it is not found', async () => {
  const login = page.getByRole('button', { name: 'Log in' });
  await login.click();
  await page.getByText('This is not an XMPP address.').waitFor();
  expect(await page.getByLabel('Server', { exact: true }).count()).toBe(0);
  await page.getByLabel('Address').fill(alice.jid);
  await page.getByLabel('Password').fill(alice.password);
  expect(await findingsOfAxe(page)).toEqual([]);
  await login.click();
  await page.getByLabel('Server', { exact: true }).fill(`${prosody.host}:${prosody.port}`, { timeout: 30_000 });
  await page.getByLabel('Certificate of a private authority').fill(prosody.ca);
  expect(await findingsOfAxe(page)).toEqual([]);
  await login.click();
});

test('what was found is told, and nothing is kept before one agrees', async () => {
  await page.getByRole('heading', { name: 'Here’s what we found' }).waitFor();
  await page.getByText('Your server archives your messages.').waitFor();
  await page.getByText('Your server hosts rooms at').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  expect(await daemon.minimix(['account', 'list', '--json'])).toBe('');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('navigation').getByText('Online').waitFor();
  await page.getByRole('heading', { name: 'Connect a device' }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.getByRole('link', { name: 'Show my rooms' }).click();
  await page.getByRole('heading', { name: 'Which room first?' }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('a room is joined by its link, and its history is there', async () => {
  await page.getByRole('main').getByRole('button', { name: 'Join a room' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Room', { exact: true }).fill('no room at all');
  await dialog.getByRole('button', { name: 'Join' }).click();
  await dialog.getByText('This is not the address of a room.').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await dialog.getByLabel('Room', { exact: true }).fill(`xmpp:${room}?join`);
  await dialog.getByLabel('Nick').fill('ali');
  await dialog.getByRole('button', { name: 'Join' }).click();
  await timeline().getByText(`message number ${SAID}.`).waitFor();
  await roomLink().getByText('2 people').waitFor();
  expect(await roomLink().getByRole('img', { name: 'Connected' }).count()).toBe(1);
});

test('what bob says appears at once, in his colour, and the end stays in sight', async () => {
  await bob.say(room, 'do you see this, ali?');
  const message = timeline().getByRole('article').filter({ hasText: 'do you see this' });
  await message.waitFor();
  expect(await message.getAttribute('class')).toContain('mention');
  await until(async () => (await place()).toEnd < 2, { what: 'the end to be in sight' });
  await page.getByRole('complementary', { name: 'People' }).getByText('bob').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('Enter says it to the room, Shift and Enter only begins a line', async () => {
  await composer().fill('first line');
  await composer().press('Shift+Enter');
  await composer().pressSequentially('second line');
  await composer().press('Enter');
  const heard = await bob.next((stanza) => stanza.name === 'message' && stanza.getChildText('body')?.startsWith('first line') === true);
  expect(heard.getChildText('body')).toBe('first line\nsecond line');
  expect(heard.attrs['from']).toBe(`${room}/ali`);
  await until(async () => (await timeline().getByText('Sending…').count()) === 0, { what: 'the reflection' });
  expect(await timeline().getByText('second line').count()).toBe(1);
  expect(await composer().inputValue()).toBe('');
});

test('the end stays in sight while the composer grows, and when the page is loaded anew', async () => {
  await composer().fill('one\ntwo\nthree\nfour\nfive\nsix\nseven');
  await until(async () => (await place()).toEnd < 2, { what: 'the end to be in sight beside a tall composer' });
  await composer().fill('');
  await page.reload();
  await timeline().getByText('second line').waitFor();
  await until(async () => (await place()).toEnd < 2, { what: 'the end to be in sight after loading' });
});

test('older pages come while scrolling up, without a jump, to the very first message', async () => {
  const slow = await page.context().newCDPSession(page); // as on a phone: an older page comes while one scrolls
  await slow.send('Emulation.setCPUThrottlingRate', { rate: 6 });
  let off = 0;
  const reached = timeline().getByText('message number 1.', { exact: true });
  await until(
    async () => {
      off = Math.max(off, await scrollUp(150, await place()));
      return (await reached.count()) > 0;
    },
    { deadline: 60_000, what: 'the first message' },
  );
  await slow.send('Emulation.setCPUThrottlingRate', { rate: 1 });
  expect(off).toBeLessThan(3);
});

test('while one reads above, news is counted, and one button leads to it', async () => {
  await bob.say(room, 'news from below');
  await page.getByRole('button', { name: '1 new' }).click();
  await timeline().getByText('news from below').waitFor();
  await until(async () => (await place()).toEnd < 2, { what: 'the end to be in sight' });
});

test('script, markup, bidi overrides and hostile links are text', async () => {
  const text = '<script>window.hit = 1</script><img src=x onerror="window.hit=1"> \u202Etxet\u202C javascript:window.hit=1 end';
  await bob.say(room, text);
  const message = timeline().getByRole('article').filter({ hasText: '<script>' });
  await message.waitFor();
  expect(await message.locator('.text').textContent()).toBe(text.replaceAll(/[\u202E\u202C]/g, '\uFFFD'));
  expect(await message.locator('script, img, a').count()).toBe(0);
  await bob.say(room, 'see https://example.org/?a=1&b=2 and xmpp:other@rooms.example.org?join');
  const links = timeline().getByRole('article').filter({ hasText: 'see https:' }).getByRole('link');
  await links.first().waitFor();
  expect(await links.first().getAttribute('href')).toBe('https://example.org/?a=1&b=2');
  expect(await links.first().getAttribute('rel')).toBe('noopener noreferrer nofollow');
  await links.last().click();
  expect(await page.getByLabel('Room', { exact: true }).inputValue()).toBe('other@rooms.example.org');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.evaluate('"hit" in window')).toBe(false);
});

test('five hundred mentions, invisible letters and stacked marks stay in their row', async () => {
  const shout = 'ali '.repeat(500);
  await bob.say(room, shout.trim());
  await article(shout.trim()).waitFor();
  expect(await article(shout.trim()).getAttribute('class')).toContain('mention');
  await bob.say(room, `zero\u200Bwidth\u2060 Z${'\u0301'.repeat(300)}algo \u2067right to left\u2069 end`);
  const stacked = article('algo');
  await stacked.waitFor();
  const text = await stacked.locator('.text').textContent();
  expect(text).toContain('zero\u200Bwidth');
  const inside: boolean = await page.evaluate(`(() => {
    const row = [...document.querySelectorAll('article.message')].find((one) => one.textContent.includes('algo'));
    const { right, height } = row.getBoundingClientRect();
    return right <= document.querySelector('.timeline').getBoundingClientRect().right && height < 200;
  })()`);
  expect(inside).toBe(true);
});

test('a nick made of markup is text', async () => {
  const mallory = await newAccount(prosody, 'mallory');
  const person = await connectPerson(prosody, mallory.user, mallory.password);
  await person.join(room, '<img src=x onerror=alert(1)>');
  await person.say(room, '/me looks around');
  await timeline().getByText('<img src=x onerror=alert(1)> looks around').waitFor();
  await person.close();
});

test('100 kB are folded, and shown whole on demand', async () => {
  await bob.say(room, `heavy ${'lorem ipsum '.repeat(8400)}`);
  const message = timeline().getByRole('article').filter({ hasText: 'heavy lorem' });
  await message.getByRole('button', { name: 'Show more (101 kB)' }).click();
  await message.getByRole('button', { name: 'Show less' }).waitFor();
  expect((await message.locator('.text').textContent())?.length).toBeGreaterThan(100_000);
  await message.getByRole('button', { name: 'Show less' }).click();
  await message.getByRole('button', { name: 'Show more (101 kB)' }).waitFor();
});

test('a search finds a word, and its hit leads to its place', async () => {
  await page.getByRole('link', { name: 'Search', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Search the archive' }).fill('number 17.');
  const hit = page.getByRole('main').getByRole('link', { name: /message number 17\./ });
  await hit.waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await hit.click();
  await page.locator('[aria-current=true]').getByText('message number 17.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Newest messages' }).click();
  await timeline().getByText('heavy lorem').waitFor();
});

test('while the daemon is away the page says so, and once it is logged in again nothing is missing', async () => {
  const before = problems.length;
  await daemon.crash();
  await page.getByText('Minimix is not running. Reconnecting…').waitFor();
  await composer().fill('into the void');
  await composer().press('Enter');
  await page.getByText('Minimix cannot be reached.').waitFor();
  expect(await composer().inputValue()).toBe('into the void');
  expect(await findingsOfAxe(page)).toEqual([]);
  await bob.say(room, 'said meanwhile');
  await daemon.startAgain();
  // what let this browser in has died with the daemon
  await page.getByRole('heading', { name: 'Session expired' }).waitFor();
  await page.goto(`${await daemon.minimix(['page'])}${new URL(page.url()).hash}`);
  await timeline().getByText('said meanwhile').waitFor();
  await page.getByText('Minimix is not running. Reconnecting…').waitFor({ state: 'detached' });
  await composer().press('Enter');
  await timeline().getByText('into the void').waitFor();
  const network = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)|status of 401/;
  expect(problems.splice(before).filter((problem) => !network.test(problem))).toEqual([]);
});

test('on a narrow screen the rooms and the room are two screens', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('link', { name: 'Back to rooms' }).click();
  await bob.say(room, 'unread on a phone');
  await roomLink().getByText('1 unread').waitFor();
  expect(await composer().count()).toBe(0);
  expect(await findingsOfAxe(page)).toEqual([]);
  await roomLink().click();
  await timeline().getByText('unread on a phone').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  const wide = await page.evaluate('document.documentElement.scrollWidth');
  expect(wide).toBe(360);
});

test('what is read here is read on the phone in her pocket, and what is read there is read here', async () => {
  await page.getByRole('link', { name: 'Back to rooms' }).click();
  phone = await connectPerson(prosody, alice.user, alice.password, { resource: 'phone', capsNode: 'https://phone.example', features: [`${MDS}+notify`] });
  const here = stanzaIdBy(room, await bob.say(room, 'read on the page'));
  await roomLink().getByText('1 unread').waitFor();
  await phone.settle();
  expect(phone.stanzas.filter((stanza) => displayedIn(stanza, room) === here)).toEqual([]);
  await roomLink().click();
  await phone.next((stanza) => displayedIn(stanza, room) === here, { what: 'the phone to be told' });
  await page.getByRole('link', { name: 'Back to rooms' }).click();
  const there = stanzaIdBy(room, await bob.say(room, 'read on the phone'));
  await roomLink().getByText('1 unread').waitFor();
  await sayDisplayed(phone, room, there);
  await roomLink().getByText('unread').waitFor({ state: 'detached' });
  await roomLink().click();
  await page.setViewportSize({ width: 1280, height: 800 });
});

test('leaving asks first, and takes the room from the list', async () => {
  await page.getByRole('button', { name: 'Leave room' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Leave this room?' });
  await dialog.waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Leave', exact: true }).click();
  await roomLink().waitFor({ state: 'detached' });
});

test('a browser that is no longer let in is told what lets it in again', async () => {
  const before = problems.length;
  await page.evaluate(`localStorage.removeItem('minimix-session')`);
  await daemon.crash();
  await daemon.startAgain();
  await page.getByRole('heading', { name: 'Session expired' }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.goto(await daemon.minimix(['page']));
  await page.getByRole('navigation').getByText('Online').waitFor();
  const refused = /net::ERR_|status of 401/;
  expect(problems.splice(before).filter((problem) => !refused.test(problem))).toEqual([]);
});

test('nothing of all this was an error in the console or against the CSP', () => {
  // What the daemon refused is told by the browser, too.
  expect(problems.filter((problem) => !/status of 422/.test(problem))).toEqual([]);
});
