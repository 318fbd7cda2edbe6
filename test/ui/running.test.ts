// Running a room on the page: what an owner does about its people, and what is offered to nobody else; one walk, in this order.
import { createElement as xml } from 'ltx';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { gone } from '../support/rooms/rooms.ts';
import { newAccount, prosody, type Account } from '../support/servers/servers.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';

let browser: Browser;
let daemon: TestDaemon;
let page: Page;
let problems: string[];
let bob: Person;
let room: string;

beforeAll(async () => {
  let alice: Account;
  [browser, daemon, alice] = await Promise.all([openBrowser(), startTestDaemon(), newAccount(prosody, 'alice')]);
  ({ page, problems } = await openPage(browser, { width: 1440, height: 900 }));
  const account = await newAccount(prosody, 'bob');
  bob = await connectPerson(prosody, account.user, account.password);
  room = await prosody.room({ archive: true, name: 'garden', owners: [alice.jid] });
  const foreign = await prosody.room({ archive: true, name: 'street' });
  await bob.join(room, 'bob');
  await bob.join(foreign, 'bob');
  const where = ['--server', `${prosody.host}:${prosody.port}`, '--ca', prosody.caFile];
  await daemon.minimix(['account', 'add', alice.jid, ...where, '--password-stdin'], `${alice.password}\n`);
  for (const one of [room, foreign]) await daemon.minimix(['join', one, '--nick', 'ali']);
});

afterAll(async () => {
  await bob?.close();
  await browser?.close();
  await daemon?.stop();
});

const people = () => page.getByRole('complementary', { name: 'People' });
const tools = () => people().getByRole('group', { name: 'Moderation' });
const open = (name: RegExp) => page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name }).click();

test('in a room of others nothing about its people is offered', async () => {
  await page.goto(daemon.url);
  await open(/street/);
  await people().getByRole('button', { name: 'bob' }).click();
  await people().getByRole('link', { name: 'Private message' }).waitFor();
  expect(await tools().count()).toBe(0);
});

test('an owner chooses somebody by the keyboard, and is offered what the room allows', async () => {
  await open(/garden/);
  await people().getByRole('button', { name: 'bob' }).press('Enter');
  await tools().waitFor();
  const offered = await tools().getByRole('button').allTextContents();
  expect(offered).toEqual(['Kick', 'Stop from writing', 'Make moderator', 'Make member', 'Make admin', 'Make owner', 'Ban']);
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('who was stopped from writing is allowed to again', async () => {
  await tools().getByRole('button', { name: 'Stop from writing' }).press('Enter');
  await people().getByRole('heading', { name: /^Visitors/ }).waitFor();
  await tools().getByRole('button', { name: 'Allow to write' }).press('Enter');
  await people().getByRole('heading', { name: /^Participants/ }).waitFor();
});

test('somebody is made a member, and is one no longer', async () => {
  await tools().getByRole('button', { name: 'Make member' }).click();
  await tools().getByRole('button', { name: 'No longer member' }).click();
  await tools().getByRole('button', { name: 'Make member' }).waitFor();
});

test('a kick is asked for twice, and what was cancelled is not done', async () => {
  await tools().getByRole('button', { name: 'Kick' }).click();
  const asked = page.getByRole('alertdialog', { name: 'Kick' });
  await asked.getByText('bob is removed, but can come back.').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await asked.waitFor({ state: 'hidden' });
  await tools().getByRole('button', { name: 'Kick' }).click();
  await asked.getByRole('button', { name: 'Kick' }).click();
  expect((await bob.next(gone(room, 'bob'))).toString()).toContain('code="307"');
  await people().getByRole('button', { name: 'bob' }).waitFor({ state: 'hidden' });
});

test('at 360 px a ban is asked for, and keeps them out', async () => {
  await bob.join(room, 'bob');
  await page.setViewportSize({ width: 360, height: 740 });
  await people().waitFor({ state: 'hidden' }); // a narrow page shows the room alone
  await page.getByRole('button', { name: 'People: 2' }).click();
  await people().getByRole('button', { name: 'bob' }).click();
  await tools().getByRole('button', { name: 'Ban' }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  expect(await findingsOfAxe(page)).toEqual([]);
  await tools().getByRole('button', { name: 'Ban' }).click();
  const asked = page.getByRole('alertdialog', { name: 'Ban' });
  await asked.getByText('bob is removed and cannot come back.').waitFor();
  await asked.getByRole('button', { name: 'Ban' }).click();
  expect((await bob.next(gone(room, 'bob'))).toString()).toContain('code="301"');
  bob.send(xml('presence', { to: `${room}/bob` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })));
  const refused = await bob.next((stanza) => stanza.attrs['type'] === 'error');
  expect(refused.getChild('error')?.getChild('forbidden')).toBeDefined();
});

test('nothing of all this was an error in the console or against the CSP', () => {
  expect(problems).toEqual([]);
});
