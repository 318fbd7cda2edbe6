// Pictures of the page, over the sandbox: a real Prosody, a real daemon, people who talk.
//   node scripts/screenshots.ts             writes README's pictures to docs/pictures/
//   node scripts/screenshots.ts --all DIR   writes each view at 360, 800 and 1440 px, light and dark, to DIR
//                                           (--only room,search: these; --language de: in German)
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createElement as xml, type Element } from 'ltx';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { de } from '../renderer/strings/de.ts';
import { en } from '../renderer/strings/en.ts';
import { connectPerson, type Person } from '../test/support/clients/person.ts';
import { startProsody } from '../test/support/servers/prosody.ts';
import { freePorts, type XmppServer } from '../test/support/servers/server.ts';
import { openBrowser } from '../test/ui/support/browser.ts';
import { buildPage } from '../test/ui/support/build-page.ts';
import { startTestDaemon, type TestDaemon } from '../test/ui/support/daemon.ts';

const { all: folder, only, language } = parseArgs({
  options: { all: { type: 'string' }, only: { type: 'string' }, language: { type: 'string', default: 'en' } },
}).values;
const words = language === 'de' ? de : en;
const PASSWORD = 'sandbox';
const pictures = join(import.meta.dirname, '../docs/pictures');

const talk: readonly (readonly [who: string, text: string])[] = [
  ['Ingeborg', 'Morning all. The beans came up overnight, every single one.'],
  ['Tomáš', 'Even the ones by the fence?'],
  ['Ingeborg', 'Even those.'],
  ['rosa', 'Does anyone have twine left?'],
  ['bob', 'There is a whole reel in the shed, and nobody else will want it before spring.'],
  ['bob', 'I can bring it on Saturday.'],
  ['rosa', 'Wonderful, thank you!'],
  ['bob', '/me looks for the key to the shed'],
  ['Tomáš', 'I have it until Thursday.'],
  ['Noor', 'صباح الخير، هل نسقي اليوم أم غدا؟'],
  ['Ingeborg', 'Rain from noon, so not today. The dates are at https://example.org/sowing-calendar'],
  ['rosa', 'alice: could you look at the tap? It drips since yesterday.'],
  ['alice', 'On my way. I will bring the long wrench, and new washers.'],
  ['bob', 'The compost is warm again, 58 °C in the middle. We turn it on Sunday?'],
  ['Tomáš', 'Ten o’clock, gloves please.'],
  ['Ingeborg', 'I will be there. Seedlings to give away are in xmpp:seedlings@rooms.example.org?join'],
];

async function bookmark(alice: Person, room: string, { name, autojoin = true }: { name: string; autojoin?: boolean }): Promise<void> {
  const conference = xml('conference', { xmlns: 'urn:xmpp:bookmarks:1', autojoin: String(autojoin), name }, xml('nick', {}, 'alice'));
  const publish = xml('publish', { node: 'urn:xmpp:bookmarks:1' }, xml('item', { id: room }, conference));
  const field = (key: string, value: string) => xml('field', { var: key }, xml('value', {}, value));
  // XEP-0402 3.2; without it Prosody makes a node that keeps one item
  const options = xml(
    'x',
    { xmlns: 'jabber:x:data', type: 'submit' },
    field('FORM_TYPE', 'http://jabber.org/protocol/pubsub#publish-options'),
    field('pubsub#persist_items', 'true'),
    field('pubsub#max_items', 'max'),
    field('pubsub#send_last_published_item', 'never'),
    field('pubsub#access_model', 'whitelist'),
  );
  const pubsub = xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, publish, xml('publish-options', {}, options));
  await alice.iq(xml('iq', { type: 'set' }, pubsub));
}

/** A garden that talks, two rooms that are quiet, and one that alice may not enter. */
async function fill(server: XmppServer, daemon: TestDaemon): Promise<{ room: string; bob: Person | undefined }> {
  const alice = await server.register('alice', PASSWORD);
  const phone = await connectPerson(server, 'alice', PASSWORD, { resource: 'phone', features: ['urn:minimix:relay:0'], software: 'Slate' });
  const garden = `community-garden@${server.archivedRooms}`;
  const rooms = [
    [garden, 'Community garden'],
    [`book-club@${server.archivedRooms}`, 'Book club'],
    [`repair-cafe@${server.archivedRooms}`, 'Repair café'],
    [`allotment-board@${server.archivedRooms}`, 'Allotment board'],
  ] as const;
  const people = new Map<string, Person>([['alice', phone]]);
  for (const nick of ['bob', 'Ingeborg', 'rosa', 'Tomáš', 'Noor']) {
    const user = nick.normalize('NFD').replaceAll(/[^a-z]/gi, '').toLowerCase();
    await server.register(user, PASSWORD);
    const person = await connectPerson(server, user, PASSWORD);
    for (const [room] of rooms) await person.join(room, nick);
    people.set(nick, person);
  }
  const bob = people.get('bob');
  bob?.send(xml('message', { to: garden, type: 'groupchat' }, xml('subject', {}, 'Saturday: beans, twine and the broken tap')));
  await server.setAffiliation(`allotment-board@${server.archivedRooms}`, alice, 'outcast');
  for (const [room, name] of rooms) await bookmark(phone, room, { name });
  await phone.join(garden, 'alice');
  const heard = new Map<string, Element>();
  for (const [who, text] of talk) {
    const reflected = await people.get(who)?.say(garden, text);
    if (reflected) heard.set(text, reflected);
  }
  await sayOfOthers(people, garden, heard);
  const where = ['--server', `${server.host}:${server.port}`, '--ca', server.caFile];
  await daemon.minimix(['account', 'add', alice, ...where, '--password-stdin'], `${PASSWORD}\n`);
  const [listen, direct] = await freePorts(2);
  await daemon.minimix(['bouncer', 'on', '--listen', `127.0.0.1:${listen}`, '--direct-tls', `127.0.0.1:${direct}`]);
  return { room: `#/room/${encodeURIComponent(alice)}/${encodeURIComponent(garden)}`, bob };
}

/** A correction, a reply and reactions, as other clients send them. */
async function sayOfOthers(people: ReadonlyMap<string, Person>, garden: string, heard: ReadonlyMap<string, Element>): Promise<void> {
  const find = (part: string): Element | undefined => [...heard].find(([text]) => text.includes(part))?.[1];
  const roomId = (part: string): string => String(find(part)?.getChild('stanza-id')?.attrs['id']);
  const gloves = { xmlns: 'urn:xmpp:message-correct:0', id: String(find('gloves')?.attrs['id']) };
  await people.get('Tomáš')?.say(garden, 'Half past ten, gloves please.', xml('replace', gloves));
  if (folder !== undefined) {
    await people.get('Noor')?.say(garden, 'The *pump* runs by this now, _tested_ with `valve 2`:\n```sh\nwater --zone beans --minutes 12 --not-before 06:30 --if-no-rain-within 24h\nwater --status\n```');
    await people.get('Tomáš')?.say(garden, '> tested with valve 2\nAnd the first one?');
    await people.get('rosa')?.say(garden, 'It is the badger.', xml('spoiler', { xmlns: 'urn:xmpp:spoiler:0' }, 'who eats the strawberries'));
  }
  const reply = { xmlns: 'urn:xmpp:reply:0', id: roomId('compost'), to: `${garden}/bob` };
  await people.get('rosa')?.say(garden, 'I bring the forks, and coffee.', xml('reply', reply));
  for (const [who, emoji] of [['alice', '❤️'], ['bob', '❤️'], ['Noor', '☕']] as const) {
    const reactions = xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: roomId('Seedlings') }, xml('reaction', {}, emoji));
    people.get(who)?.send(xml('message', { to: garden, type: 'groupchat', id: `r-${who}` }, reactions, xml('store', { xmlns: 'urn:xmpp:hints' })));
    await people.get(who)?.settle();
  }
}

/** What comes once the daemon is there: a word in private, and an invitation. */
async function sayToAlice(bob: Person, server: XmppServer): Promise<void> {
  const user = { xmlns: 'http://jabber.org/protocol/muc#user' };
  const to = `community-garden@${server.archivedRooms}/alice`;
  bob.send(xml('message', { to, type: 'chat', id: 'pm1' }, xml('body', {}, 'Between us: the key hangs behind the water butt.'), xml('x', user)));
  const seedlings = `seedlings@${server.archivedRooms}`;
  await bob.join(seedlings, 'bob');
  const invite = xml('x', { xmlns: 'jabber:x:conference', jid: seedlings, reason: 'There are tomatoes for everyone.' }); // XEP-0249
  bob.send(xml('message', { to: `alice@${server.domain}` }, xml('body', {}, 'Come and see the seedlings.'), invite));
  await bob.settle();
}

/** An account that was not added yet; its bookmarks are of each kind. */
const carol = { jid: '', server: '', ca: '' };

async function prepareCarol(server: XmppServer): Promise<void> {
  Object.assign(carol, { jid: await server.register('carol', PASSWORD), server: `${server.host}:${server.port}`, ca: server.ca });
  const phone = await connectPerson(server, 'carol', PASSWORD);
  await bookmark(phone, `community-garden@${server.archivedRooms}`, { name: 'Community garden' });
  await bookmark(phone, `repair-cafe@${server.archivedRooms}`, { name: 'Repair café' });
  await bookmark(phone, `book-club@${server.archivedRooms}`, { name: 'Book club', autojoin: false });
  await bookmark(phone, 'old-friends@rooms.gone.example', { name: 'Old friends' });
  await bookmark(phone, `closed-long-ago@${server.archivedRooms}`, { name: 'Closed long ago', autojoin: false });
  await phone.close();
}

let phones = 0; // a name is given once

const views: Readonly<Record<string, (page: Page, room: string) => Promise<unknown>>> = {
  room: (page, room) => show(page, room, '.message'),
  rooms: (page) => show(page, '#/', '.room'),
  overview: (page) => show(page, '#/overview', '.card'),
  search: (page) => show(page, '#/search?q=the', '.hit'),
  devices: (page) => show(page, '#/devices', '.device-card'),
  connect: async (page) => {
    await show(page, '#/devices', '.device-card');
    await page.getByLabel(words.devices.name).fill(`Phone ${(phones += 1)}`);
    await page.getByRole('button', { name: words.devices.create }).click();
    await page.locator('.qr').scrollIntoViewIfNeeded();
  },
  bookmarks: (page) => show(page, '#/bookmarks', '.table-frame'),
  browse: async (page) => {
    await show(page, '#/browse', '.chip');
    await page.locator('.chip').filter({ hasText: 'rooms.' }).first().click();
    await page.locator('.found-rooms li').first().waitFor();
  },
  date: async (page, room) => {
    await show(page, room, '.message');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(words.date.title);
    await page.getByRole('option', { name: words.date.title }).click();
    await page.locator('input[type=date]').waitFor();
  },
  commands: async (page, room) => {
    await show(page, room, '.message');
    await page.locator('.composer textarea').fill('/');
  },
  actions: async (page, room) => {
    await show(page, room, '.message');
    await page.locator('.message').filter({ hasText: 'forks' }).hover();
    await page.getByRole('button', { name: words.message.more, exact: true }).click();
    await page.getByRole('dialog').waitFor();
  },
  emoji: async (page, room) => {
    await show(page, room, '.message');
    await page.getByRole('button', { name: words.emoji.add, exact: true }).click();
    await page.getByRole('gridcell').nth(20).waitFor();
  },
  suggest: async (page, room) => {
    await show(page, room, '.message');
    await page.locator('.composer textarea').pressSequentially('I bring :cof');
    await page.getByRole('option').first().waitFor();
  },
  code: async (page, room) => {
    await show(page, room, '.message');
    await page.getByRole('button', { name: words.message.copyCode }).scrollIntoViewIfNeeded();
  },
  upload: async (page, room) => {
    await show(page, room, '.message');
    const picture = await page.screenshot(); // whatever there is to see
    const files = ['tap-before.png', 'tap-after.png'].map((name) => ({ name, mimeType: 'image/png', buffer: picture }));
    await page.locator('input[type=file]').setInputFiles([...files, { name: 'watering-plan.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(230_000, 1) }]);
    await page.locator('.drawn').nth(1).waitFor();
  },
  settings: (page) => show(page, '#/settings', '.card'),
  about: async (page, room) => {
    await show(page, room, '.message');
    await page.getByRole('button', { name: words.about.show }).click();
    await page.locator('.ledger li').first().waitFor();
  },
  private: (page, room) => show(page, room.replace('/room/', '/private/'), '.message'),
  palette: async (page, room) => {
    await show(page, room, '.message');
    await page.keyboard.press('Control+k');
    await page.locator('[role=option]').first().waitFor();
  },
  account: (page) => show(page, '#/add-account', 'form'),
  details: async (page) => {
    await show(page, '#/add-account', 'form');
    await page.getByLabel(words.account.jid).fill('alice@nowhere.invalid');
    await page.getByLabel(words.account.password).fill('x');
    await page.getByRole('button', { name: words.account.go }).click();
    await page.locator('fieldset').waitFor();
  },
  found: async (page) => {
    await show(page, '#/add-account', 'form');
    await page.getByLabel(words.account.jid).fill(carol.jid);
    await page.getByLabel(words.account.password).fill(PASSWORD);
    await page.getByRole('button', { name: words.account.go }).click();
    await page.locator('fieldset').waitFor();
    await page.getByLabel(words.account.server, { exact: true }).fill(carol.server);
    await page.getByLabel(words.account.ca).fill(carol.ca);
    await page.getByRole('button', { name: words.account.go }).click();
    await page.locator('.found-facts').waitFor();
  },
  welcome: (page, room) => show(page, `#/welcome/${room.split('/')[2]}`, '.card'),
  join: async (page) => {
    await show(page, '#/', '.room');
    await page.getByRole('navigation').getByRole('button', { name: words.join.go, exact: true }).click();
  },
  leave: async (page, room) => {
    await show(page, room, '.message');
    const facts = page.getByRole('button', { name: words.about.show });
    await facts.waitFor(); // with it, all that the room's header has
    const button = page.getByRole('button', { name: words.room.leave });
    if (!(await button.isVisible())) await facts.click(); // a narrow screen has it there
    await button.click();
    await page.getByRole('alertdialog').waitFor();
  },
};

async function show(page: Page, hash: string, ready: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/${hash}`);
  await page.locator(ready).first().waitFor();
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>;
interface Shot {
  readonly view: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  readonly scale: number;
  readonly path: string;
}

async function shoot(browser: Browser, { state, origin, room, shot }: { state: State; origin: string; room: string; shot: Shot }): Promise<void> {
  const { width, height } = shot;
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: shot.scale,
    colorScheme: shot.scheme,
    storageState: state,
    reducedMotion: 'reduce',
    locale: language === 'de' ? 'de-DE' : 'en-GB',
  });
  const page = await context.newPage();
  await page.goto(origin);
  await views[shot.view]?.(page, room);
  await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => undefined); // the event stream never ends
  await page.screenshot({ path: shot.path });
  await context.close();
}

function shots(all: string | undefined): Shot[] {
  const picture = (name: string, shot: Omit<Shot, 'path'>): Shot => ({ ...shot, path: join(all ?? pictures, `${name}.png`) });
  if (all === undefined) {
    const wide = { width: 1200, height: 760, scale: 1.25 } as const;
    const phone = { width: 360, height: 740, scale: 2 } as const;
    return [
      picture('room', { view: 'room', scheme: 'light', ...wide }),
      picture('room-dark', { view: 'room', scheme: 'dark', ...wide }),
      picture('overview', { view: 'overview', scheme: 'light', ...wide }),
      picture('phone', { view: 'rooms', scheme: 'light', ...phone }),
    ];
  }
  return Object.keys(views).filter((view) => only === undefined || only.split(',').includes(view)).flatMap((view) =>
    [360, 800, 1440].flatMap((width) =>
      (['light', 'dark'] as const).map((scheme) =>
        picture(`${view}-${width}-${scheme}`, { view, width, height: width === 360 ? 740 : 900, scheme, scale: 1 }),
      ),
    ),
  );
}

await buildPage();
await mkdir(folder ?? pictures, { recursive: true });
const [server, daemon, browser] = await Promise.all([startProsody({ domain: 'example.org' }), startTestDaemon(), openBrowser()]);
try {
  const { room, bob } = await fill(server, daemon);
  await prepareCarol(server);
  const entrance = await browser.newContext({ locale: 'en-GB' });
  const page = await entrance.newPage();
  await page.goto(daemon.url);
  await page.getByRole('link', { name: /garden/i }).waitFor();
  await page.getByText('as alice').nth(2).waitFor();
  if (bob) await sayToAlice(bob, server);
  await page.getByRole('heading', { name: 'Invitations' }).waitFor();
  const state = await entrance.storageState();
  for (const shot of shots(folder)) await shoot(browser, { state, origin: new URL(daemon.url).origin, room, shot });
} finally {
  await Promise.all([browser.close(), daemon.stop(), server.stop()]);
}
process.exit(0); // the people’s sockets ended with the server
