// What one does with messages on the page, in a real browser over a real daemon: seen by others, and by the person's own devices.
import { readFileSync } from 'node:fs';
import { createElement as xml, type Element } from 'ltx';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPerson, type Person } from '../support/clients/person.ts';
import { freePorts } from '../support/servers/server.ts';
import { newAccount, servers, type Account } from '../support/servers/servers.ts';
import { until } from '../support/until.ts';
import { findingsOfAxe, openBrowser, openPage } from './support/browser.ts';
import { startTestDaemon, type TestDaemon } from './support/daemon.ts';

const REACTIONS = 'urn:xmpp:reactions:0';
const RETRACT = 'urn:xmpp:message-retract:1';
const CORRECT = 'urn:xmpp:message-correct:0';

let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
});

describe.each(servers)('on $kind', (server) => {
  let daemon: TestDaemon;
  let page: Page;
  let problems: string[];
  let alice: Account;
  let bob: Person;
  let laptop: Person;
  let phone: Person;
  let room: string;

  beforeAll(async () => {
    [daemon, alice] = await Promise.all([startTestDaemon(), newAccount(server, 'alice')]);
    ({ page, problems } = await openPage(browser));
    const account = await newAccount(server, 'bob');
    room = await server.room({ archive: true, name: 'garden' });
    bob = await connectPerson(server, account.user, account.password);
    await bob.join(room, 'bob');
    phone = await connectPerson(server, alice.user, alice.password, { resource: 'phone', features: ['urn:minimix:relay:0'] });
    const where = ['--server', `${server.host}:${server.port}`, '--ca', server.caFile];
    await daemon.minimix(['account', 'add', alice.jid, ...where, '--password-stdin'], `${alice.password}\n`);
    await daemon.minimix(['join', room, '--nick', 'ali']);
    const [listen, direct] = await freePorts(2);
    await daemon.minimix(['bouncer', 'on', '--listen', `127.0.0.1:${listen}`, '--direct-tls', `127.0.0.1:${direct}`]);
    const told = JSON.parse(await daemon.minimix(['device', 'add', 'Laptop', '--json'])) as { password: string };
    const [ca = ''] = /\S+\.pem/.exec(await daemon.minimix(['bouncer', 'ca'])) ?? [];
    laptop = await connectPerson(server, alice.user, told.password, { resource: 'laptop', port: Number(listen), ca: readFileSync(ca, 'utf8') });
    await laptop.join(room, 'ali');
    await page.goto(daemon.url);
    await page.getByRole('navigation', { name: 'Rooms' }).getByRole('link', { name: /garden/ }).click();
    await composer().waitFor();
  });

  afterAll(async () => {
    await Promise.all([phone?.close(), laptop?.close(), bob?.close()]);
    await page?.context().close();
    await daemon?.stop();
  });

  const timeline = () => page.getByRole('region', { name: 'Messages' });
  const composer = () => page.getByRole('textbox', { name: /^Message to/ });
  const article = (text: string) => timeline().getByRole('article').filter({ hasText: text });
  const stanzaId = (reflected: Element): string => String(reflected.getChild('stanza-id')?.attrs['id']);
  const inner = (stanza: Element): Element => stanza.getChild('received')?.getChild('forwarded')?.getChild('message') ?? stanza;
  const emojis = (stanza: Element): string | undefined => stanza.getChild('reactions', REACTIONS)?.getChildren('reaction').map((one) => one.getText()).join();
  /** What bob, the phone by the relay and the laptop at the bouncer hear, once each has. */
  const everywhere = (fits: (stanza: Element) => boolean): Promise<Element[]> =>
    Promise.all([bob.next(fits, { what: 'bob' }), phone.next((stanza) => fits(inner(stanza)), { what: 'the relay' }), laptop.next(fits, { what: 'the bouncer' })]);
  const tool = (text: string, name: string) => article(text).getByRole('group', { name: 'Message actions' }).getByRole('button', { name, exact: true });
  const kept = (text: string): Promise<string> => daemon.minimix(['history', room, '--json']).then((lines) => lines.split('\n').filter((line) => line.includes(text)).join('\n'));

  test('a reaction is picked by name, seen by all, and taken back by a click', async () => {
    const said = await bob.say(room, 'who brings cake?');
    await article('who brings cake?').hover();
    await tool('who brings cake?', 'Add a reaction').click();
    const picker = page.getByRole('dialog', { name: 'Pick an emoji' });
    await picker.getByRole('searchbox', { name: 'Search emoji' }).fill('shortcake');
    await picker.getByRole('gridcell', { name: 'Shortcake' }).waitFor();
    expect(await findingsOfAxe(page)).toEqual([]);
    await page.keyboard.press('Enter');
    const heard = await everywhere((stanza) => emojis(stanza) === '🍰');
    expect(heard[0]?.getChild('reactions', REACTIONS)?.attrs['id']).toBe(stanzaId(said));
    const chip = article('who brings cake?').getByRole('button', { name: '🍰, 1: you' });
    await chip.waitFor();
    expect(await chip.getAttribute('aria-pressed')).toBe('true');
    await chip.click();
    await everywhere((stanza) => emojis(stanza) === '');
    await chip.waitFor({ state: 'detached' });
  });

  test('the five last used are one click away, and the mouse is not needed', async () => {
    await bob.say(room, 'and who brings tea?');
    await article('and who brings tea?').waitFor();
    await composer().focus();
    await page.keyboard.press('Shift+Tab');
    await until(async () => (await page.evaluate('document.activeElement?.className ?? ""')) !== '', { what: 'a focus' });
    await article('and who brings tea?').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const recent = page.getByRole('group', { name: 'Recently used' }).getByRole('button');
    await recent.first().waitFor();
    expect(await recent.count()).toBe(5);
    expect(await recent.first().innerText()).toBe('🍰');
    await recent.first().click();
    await everywhere((stanza) => emojis(stanza) === '🍰');
    await article('and who brings tea?').getByRole('button', { name: '🍰, 1: you' }).waitFor();
  });

  test('what a device reacts, edits and deletes is seen on the page', async () => {
    const said = await laptop.say(room, 'It drips.');
    await article('It drips.').waitFor();
    laptop.send(xml('message', { to: room, type: 'groupchat', id: 'edit-1' }, xml('body', {}, 'It drips a little.'), xml('replace', { xmlns: CORRECT, id: String(said.attrs['id']) })));
    await article('It drips a little.').waitFor();
    const reactions = xml('reactions', { xmlns: REACTIONS, id: stanzaId(said) }, xml('reaction', {}, '💧'));
    laptop.send(xml('message', { to: room, type: 'groupchat', id: 'react-1' }, reactions, xml('store', { xmlns: 'urn:xmpp:hints' })));
    await article('It drips a little.').getByRole('button', { name: '💧, 1: you' }).waitFor();
    laptop.send(xml('message', { to: room, type: 'groupchat', id: 'retract-1' }, xml('retract', { xmlns: RETRACT, id: stanzaId(said) })));
    await article('It drips a little.').waitFor({ state: 'detached' });
  });

  test('a message of a device is edited here by the id that the device gave it', async () => {
    const said = await laptop.say(room, 'Bring forsk.');
    await article('Bring forsk.').hover();
    await tool('Bring forsk.', 'Edit').click();
    await composer().fill('Bring forks.');
    await composer().press('Enter');
    await everywhere((stanza) => stanza.getChild('replace', CORRECT)?.attrs['id'] === said.attrs['id']);
    await article('Bring forks.').getByRole('button', { name: /edited/ }).waitFor();
  });

  test('an own message is deleted for everyone, after a question; one of somebody else cannot be', async () => {
    await article('who brings cake?').hover();
    await tool('who brings cake?', 'More').click();
    const menu = page.getByRole('dialog', { name: 'More' });
    await menu.getByRole('button', { name: 'Copy text' }).waitFor();
    expect(await menu.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    expect(await findingsOfAxe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'detached' });
    await composer().fill('I regret this already');
    await composer().press('Enter');
    const said = await bob.next((stanza) => stanza.getChildText('body') === 'I regret this already');
    await article('I regret this already').hover();
    await tool('I regret this already', 'More').click();
    await menu.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await everywhere((stanza) => stanza.getChild('retract', RETRACT)?.attrs['id'] === stanzaId(said));
    await article('I regret this already').waitFor({ state: 'detached' });
    await timeline().getByText('deleted this message').last().waitFor();
    expect(await kept('Bring forks.')).toContain('Bring forks.');
  });

  test('an answer brings what it answers, for clients that know of no answers', async () => {
    await article('who brings cake?').hover();
    await tool('who brings cake?', 'Reply').click();
    await composer().fill('Me, of course.');
    await composer().press('Enter');
    const [heard] = await everywhere((stanza) => stanza.getChild('reply', 'urn:xmpp:reply:0') !== undefined);
    expect(heard?.getChildText('body')).toBe('> bob wrote:\n> who brings cake?\nMe, of course.');
    await article('Me, of course.').getByRole('link', { name: /who brings cake/ }).waitFor();
  });

  test('nothing of all this was an error in the console or against the CSP', () => {
    expect(problems).toEqual([]);
  });
});
