// The way in where something is in it: an unknown certificate, a server that says nothing, a password that has changed; one walk, in this order.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { createElement as xml } from 'ltx';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectPerson } from '../support/clients/person.ts';
import { portOf } from '../support/servers/server.ts';
import { newAccount, prosody, type Account } from '../support/servers/servers.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';

let browser: Browser;
let daemon: TestDaemon;
let page: Page;
let problems: string[];
let alice: Account;

beforeAll(async () => {
  [browser, daemon, alice] = await Promise.all([openBrowser(), startTestDaemon(), newAccount(prosody, 'alice')]);
  ({ page, problems } = await openPage(browser));
  await page.goto(daemon.url);
});

afterAll(async () => {
  await browser?.close();
  await daemon?.stop();
});

const login = () => page.getByRole('button', { name: 'Log in' });
const alert = (words: RegExp) => page.getByRole('alert').filter({ hasText: words });

test('the server’s details can be given before anything has failed', async () => {
  await page.getByLabel('Address').fill(alice.jid);
  await page.getByLabel('Password').fill(alice.password);
  expect(await page.getByLabel('Server', { exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'Advanced' }).click();
  await page.getByLabel('Server', { exact: true }).waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
});

test('a login at a server that says nothing can be cancelled', async () => {
  const open: Socket[] = [];
  const silent = createServer((socket) => void open.push(socket.resume())).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  await page.getByLabel('Server', { exact: true }).fill(`127.0.0.1:${portOf(silent)}`);
  const reached = once(silent, 'connection');
  await login().click();
  await reached;
  await page.getByRole('button', { name: 'Cancel' }).click();
  await login().waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await Promise.all(open.filter(({ destroyed }) => !destroyed).map((socket) => once(socket, 'close'))); // the daemon waits no longer either
  silent.close();
});

test('an unknown certificate is told with its fingerprint, without a program’s words, and trusted on a click', async () => {
  await page.getByLabel('Server', { exact: true }).fill(`${prosody.host}:${prosody.port}`);
  await login().click();
  await alert(/certificate is not from an authority that this computer trusts/).waitFor();
  expect(await page.getByRole('alert').textContent()).not.toMatch(/use-system-ca|openssl|error:|\.c:/i);
  const unknown = page.getByRole('region', { name: 'Unknown certificate' });
  const shown = await unknown.locator('code').textContent();
  expect(shown?.replaceAll(':', '').toLowerCase()).toBe(prosody.fingerprint.replaceAll(':', '').toLowerCase());
  expect(await findingsOfAxe(page)).toEqual([]);
  await unknown.getByRole('button', { name: 'Trust this certificate' }).click();
  await page.getByRole('heading', { name: 'Here’s what we found' }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('navigation').getByText('Online').waitFor();
});

test('a password that has changed on the server is asked for, tried before it is kept, and all goes on', async () => {
  const phone = await connectPerson(prosody, alice.user, alice.password, { resource: 'phone' });
  const [name, domain] = alice.jid.split('@');
  await phone.iq(xml('iq', { type: 'set', to: domain }, xml('query', { xmlns: 'jabber:iq:register' }, xml('username', {}, String(name)), xml('password', {}, 'another one'))));
  await phone.close();
  await daemon.crash();
  await daemon.startAgain();
  await page.goto(await daemon.minimix(['page']));
  await page.goto(`${page.url().replace(/#.*/, '')}#/overview`);
  const attention = page.getByRole('region', { name: 'Something is wrong' });
  await attention.getByText('The server does not accept this address and password.').waitFor();
  expect(await findingsOfAxe(page)).toEqual([]);
  await attention.getByRole('button', { name: 'Enter new password' }).click();
  const dialog = page.getByRole('dialog', { name: 'New password' });
  await dialog.getByLabel('Password').fill('not this one');
  expect(await findingsOfAxe(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save and log in' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'The server does not accept this address and password.' }).waitFor();
  await dialog.getByLabel('Password').fill('another one');
  await dialog.getByRole('button', { name: 'Save and log in' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('navigation').getByText('Online').waitFor();
  await attention.waitFor({ state: 'detached' });
});

test('the settings have a place for another password as well', async () => {
  await page.goto(`${page.url().replace(/#.*/, '')}#/settings`);
  await page.getByRole('button', { name: `Change password: ${alice.jid}` }).click();
  await page.getByRole('dialog', { name: 'New password' }).waitFor();
  await page.keyboard.press('Escape');
});

test('nothing of all this was an error in the console or against the CSP', () => {
  // What the daemon refused is told by the browser, too; the daemon was away for a moment.
  expect(problems.filter((problem) => !/status of 4(?:22|01)|net::ERR_/.test(problem))).toEqual([]);
});
