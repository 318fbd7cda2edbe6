// Files and pictures, as the page asks the daemon for them: a real upload service, real vCards.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createElement as xml } from 'ltx';
import { describe, expect, test } from 'vitest';
import { openFiles } from '../../../src/daemon/files.ts';
import { fetchFile, putFile } from '../../../src/daemon/outside.ts';
import type { FilesApi, OutsideRooms } from '../../../src/frontends/web/contract/files-contract.ts';
import { openMinimix, type Minimix } from '../../support/minimix.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, prosody } from '../../support/servers/servers.ts';
import { undoing } from '../../support/undo.ts';
import { until } from '../../support/until.ts';
import { portOf } from '../../support/servers/server.ts';

const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');

const undo = undoing();

interface Scene {
  readonly minimix: Minimix;
  readonly files: FilesApi;
  readonly outside: OutsideRooms;
  readonly bob: Person;
  readonly room: string;
  readonly jid: string;
}

async function open(): Promise<Scene> {
  const [who, someone] = await Promise.all([newAccount(prosody, 'alice'), newAccount(prosody, 'bob')]);
  const room = await prosody.room({ archive: true, name: 'garden' });
  const bob = await connectPerson(prosody, someone.user, someone.password, { answersItself: ['urn:xmpp:channel-search:0:search'] });
  const minimix = openMinimix(prosody, who);
  const home = mkdtempSync(join(tmpdir(), 'files-'));
  undo.push(() => rmSync(home, { recursive: true, force: true }), minimix.stop, bob.close);
  await minimix.online();
  const settings = { jid: who.jid, resource: 'minimix', server: { host: prosody.host, port: prosody.port }, ca: prosody.ca };
  const { archive, account } = minimix;
  const doors = openFiles({ home, archive, log: () => undefined, account: () => account, settings: () => settings });
  return { minimix, ...doors, bob, room, jid: who.jid };
}

/** Bob shows a picture to the world (XEP-0153), and is in the room with it. */
async function showFace({ bob, room }: Scene, type: string, bytes: Buffer): Promise<string> {
  const photo = xml('PHOTO', {}, xml('TYPE', {}, type), xml('BINVAL', {}, bytes.toString('base64')));
  await bob.iq(xml('iq', { type: 'set' }, xml('vCard', { xmlns: 'vcard-temp' }, photo)));
  const hash = createHash('sha1').update(bytes).digest('hex');
  const update = xml('x', { xmlns: 'vcard-temp:x:update' }, xml('photo', {}, hash));
  bob.send(xml('presence', { to: `${room}/bob` }, update));
  await bob.settle();
  return hash;
}

describe('files', () => {
  test('a file goes to the account’s server, and its link is in the room as XEP-0066 has it', async () => {
    const { minimix, files, bob, room, jid } = await open();
    await bob.join(room, 'bob');
    await minimix.account.rooms.join(room);
    expect((await files.place(jid))?.most).toBeGreaterThan(1_000_000);
    const sent = await files.send(jid, { name: 'tap.png', size: PNG.length, type: 'image/png' }, { body: Readable.from(PNG), signal: new AbortController().signal });
    if (!sent.ok) throw new Error(sent.error.message);
    await minimix.account.sending.sendMessage(room, sent.value.url, { file: sent.value.url });
    const heard = await bob.next((stanza) => stanza.getChild('x', 'jabber:x:oob') !== undefined);
    expect(heard.getChild('x', 'jabber:x:oob')?.getChildText('url')).toBe(sent.value.url);
    expect(Buffer.from(await (await fetch(sent.value.url)).arrayBuffer())).toEqual(PNG);
    const kept = await until(() => minimix.archive.last(jid, room), { what: 'the message' });
    expect(await files.picture(kept?.archiveId ?? 0)).toMatchObject({ ok: true, value: { type: 'image/png', body: PNG } });
  });

  test('a file that is too large is refused before a byte of it goes out', async () => {
    const { files, jid } = await open();
    const most = (await files.place(jid))?.most ?? 0;
    const body = Readable.from([]);
    const sent = await files.send(jid, { name: 'film.mkv', size: most + 1, type: 'video/x-matroska' }, { body, signal: new AbortController().signal });
    expect(sent).toMatchObject({ ok: false, error: { code: 'too-large' } });
    expect(body.readableDidRead).toBe(false);
  });

  test('a file that the server does not take after all is told as such', async () => {
    const refusing = createServer((request, response) => {
      response.writeHead(413, { connection: 'close' }).end(); // before the file is there
      request.resume();
    });
    refusing.listen(0, '127.0.0.1');
    await once(refusing, 'listening');
    undo.push(() => refusing.close());
    const port = portOf(refusing);
    const trust = { domain: 'prosody.test', ca: undefined, loopback: true };
    const put = await putFile(`http://127.0.0.1:${port}/x`, { headers: { 'content-length': 3 }, body: Readable.from(['abc']), how: { trust, patience: 5000 } });
    expect(put).toMatchObject({ ok: false, error: { code: 'upload-failed', message: expect.stringContaining('413') } });
  });

  test('what is no picture is not shown, whatever it calls itself', async () => {
    const { minimix, files, bob, room, jid } = await open();
    await minimix.account.rooms.join(room);
    await bob.join(room, 'bob');
    const sent = await files.send(jid, { name: 'evil.png', size: SVG.length, type: 'image/png' }, { body: Readable.from(SVG), signal: new AbortController().signal });
    if (!sent.ok) throw new Error(sent.error.message);
    await bob.say(room, sent.value.url, xml('x', { xmlns: 'jabber:x:oob' }, xml('url', {}, sent.value.url)));
    const kept = await until(() => minimix.archive.page({ account: jid, room, limit: 5 }).find(({ body }) => body === sent.value.url), { what: 'the link' });
    expect(await files.picture(kept?.archiveId ?? 0)).toMatchObject({ ok: false, error: { code: 'no-picture' } });
  });

  test.each([
    'http://127.0.0.1:1/a.png',
    'https://127.0.0.1/a.png',
    'https://[::1]/a.png',
    'https://[::ffff:10.0.0.1]/a.png',
    'https://192.168.1.1/router.png',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/a.png',
    'https://user:secret@example.org/a.png',
    'file:///etc/passwd',
    'http://example.org/a.png',
  ])('a stranger’s link to %s is not followed', async (url) => {
    const trust = { domain: 'example.net', ca: undefined, loopback: false };
    const fetched = await fetchFile(url, 1000, { trust, patience: 2000 });
    expect(fetched.ok).toBe(false);
    expect(fetched).toMatchObject({ error: { message: expect.stringMatching(/private network|https|link/) } });
  });
});

describe('faces', () => {
  test('an occupant’s picture is asked for once, and kept by its hash', async () => {
    const scene = await open();
    const { minimix, files, bob, room, jid } = scene;
    await bob.join(room, 'bob');
    await minimix.account.rooms.join(room);
    const hash = await showFace(scene, 'image/png', PNG);
    await until(() => minimix.account.rooms.occupants(room).find(({ nick }) => nick === 'bob')?.avatar === hash, { what: 'the hash' });
    expect(await files.avatar(jid, room, 'bob')).toMatchObject({ type: 'image/png', body: PNG });
    const other = xml('PHOTO', {}, xml('TYPE', {}, 'image/png'), xml('BINVAL', {}, SVG.toString('base64')));
    await bob.iq(xml('iq', { type: 'set' }, xml('vCard', { xmlns: 'vcard-temp' }, other))); // its presence still names the old one
    expect(await files.avatar(jid, room, 'bob')).toMatchObject({ type: 'image/png', body: PNG });
    expect(await files.avatar(jid, room, 'nobody')).toBeUndefined();
  });

  test('an SVG is not handed on', async () => {
    const scene = await open();
    const { minimix, files, bob, room, jid } = scene;
    await bob.join(room, 'bob');
    await minimix.account.rooms.join(room);
    const hash = await showFace(scene, 'image/svg+xml', SVG);
    await until(() => minimix.account.rooms.occupants(room).find(({ nick }) => nick === 'bob')?.avatar === hash, { what: 'the hash' });
    expect(await files.avatar(jid, room, 'bob')).toBeUndefined();
  });
});

describe('other people’s rooms', () => {
  test('a service is looked through a page at a time, each room with what it tells of itself', async () => {
    const { outside, bob, room, jid } = await open();
    await bob.join(room, 'bob');
    expect((await outside.services(jid)).map((service) => service.jid)).toEqual(expect.arrayContaining([prosody.archivedRooms, prosody.plainRooms]));
    const seen = new Map<string, number | null>();
    let after: string | undefined;
    for (let page = 0; page < 40; page += 1) {
      const found = await outside.rooms(jid, prosody.archivedRooms, after);
      if (!found.ok) throw new Error(found.error.message);
      expect(found.value.rooms.length).toBeLessThanOrEqual(20);
      for (const one of found.value.rooms) {
        expect(seen.has(one.room)).toBe(false);
        seen.set(one.room, one.occupants);
      }
      if (found.value.next === null) break;
      after = found.value.next;
    }
    expect(seen.get(room)).toBe(1);
  });

  test('a directory is asked only where it was switched on', async () => {
    const { outside, bob, jid } = await open();
    expect(await outside.search(jid, 'beans', undefined)).toMatchObject({ ok: false, error: { code: 'no-directory' } });
    outside.setDirectory(jid, bob.jid);
    const asked = outside.search(jid, 'beans', undefined);
    const question = await bob.next((stanza) => stanza.getChild('search') !== undefined);
    const fields = question.getChild('search')?.getChild('x')?.getChildren('field') ?? [];
    expect(fields.find((field) => field.attrs['var'] === 'q')?.getChildText('value')).toBe('beans');
    const item = xml('item', { address: 'beans@rooms.example.org' }, xml('name', {}, 'Beans'), xml('nusers', {}, '7'), xml('is-open'));
    bob.send(xml('iq', { type: 'result', id: String(question.attrs['id']), to: String(question.attrs['from']) }, xml('result', { xmlns: 'urn:xmpp:channel-search:0:search' }, item)));
    expect(await asked).toMatchObject({ ok: true, value: { rooms: [{ room: 'beans@rooms.example.org', name: 'Beans', occupants: 7, membersOnly: false }], next: null } });
  });
});
