// Ways in, and refusals, that no real server shows when asked.
import { describe, expect, test } from 'vitest';
import { story } from '../../support/rooms/seen.ts';
import { entry, ME, presence, presenceError, refusal, subject, worlds, type RoomScript } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const ROOM = 'garden@rooms.scripted.test';
const NICK = 'http://jabber.org/protocol/nick';
const world = worlds();

const refusing = (condition: string, type?: string, text?: string, inside?: string): RoomScript => ({
  join: (stanza) => presenceError(String(stanza.attrs['to']), condition, type, text, inside),
});

describe('a refused join (scripted)', () => {
  test.each([
    { condition: 'not-authorized', state: 'password-needed', says: 'password' },
    { condition: 'forbidden', state: 'banned', says: 'banned' },
    { condition: 'registration-required', state: 'members-only', says: 'members only' },
    { condition: 'not-acceptable', state: 'registration-needed', says: 'register' },
    { condition: 'not-allowed', state: 'not-allowed', says: 'create' },
    { condition: 'item-not-found', state: 'room-locked', says: 'does not exist yet', again: true },
    { condition: 'service-unavailable', type: 'wait', state: 'room-full', says: 'full', again: true },
    { condition: 'service-unavailable', text: 'Too many users', state: 'room-full', says: '“Too many users”', again: true },
    { condition: 'service-unavailable', state: 'service-down', says: 'cannot be reached', again: true },
    { condition: 'resource-constraint', type: 'wait', state: 'service-down', says: 'server is busy', again: true },
    { condition: 'policy-violation', state: 'service-down', says: 'server is busy', again: true },
    { condition: 'remote-server-not-found', state: 'service-down', says: 'cannot be reached', again: true },
    { condition: 'made-up-by-the-service', state: 'service-down', says: 'cannot be reached', again: true },
    { condition: 'constructor', state: 'service-down', says: 'cannot be reached', again: true },
  ])('$condition $type $text: $state, with a sentence', async ({ condition, type, text, state, says, again = false }) => {
    const { account, archive, script, jid } = await world();
    script(ROOM, refusing(condition, type, text));
    const joined = await account.rooms.join(ROOM, { nick: 'romeo' });
    expect(joined).toMatchObject({ ok: false, error: { code: state, message: expect.stringContaining(says) } });
    const { membership } = JSON.parse(archive.rooms(jid)[0]?.membership ?? '{}');
    expect(membership.retryAt !== undefined).toBe(again);
  });

  test.each([
    { condition: 'gone', type: 'cancel' },
    { condition: 'redirect', type: 'modify' },
  ])('$condition names the new room, which is followed when asked', async ({ condition, type }) => {
    const { account, script } = await world();
    script(ROOM, refusing(condition, type, '', 'xmpp:orchard@rooms.scripted.test?join'));
    const joined = await account.rooms.join(ROOM, { nick: 'romeo' });
    expect(joined).toMatchObject({ ok: false, error: { code: 'room-moved', message: expect.stringContaining('orchard@rooms.scripted.test') } });
    expect(await account.rooms.follow(ROOM)).toMatchObject({ ok: true, value: { room: 'orchard@rooms.scripted.test' } });
    expect(account.rooms.list().map(({ room }) => room)).toEqual(['orchard@rooms.scripted.test']);
  });

  // To cut off what stands behind its address took minutes, as the square of the length.
  test('a new room’s address with half a million question marks is read at once', async () => {
    const { account, script } = await world();
    script(ROOM, refusing('gone', 'cancel', '', `xmpp:orchard@rooms.scripted.test${'?'.repeat(500_000)}&#10;x`));
    await account.rooms.join(ROOM, { nick: 'romeo' });
    expect(await account.rooms.follow(ROOM)).toMatchObject({ ok: true, value: { room: 'orchard@rooms.scripted.test' } });
  });

  test('a venue that is no room’s address is not followed', async () => {
    const { account, script } = await world();
    script(ROOM, refusing('gone', 'cancel', '', 'https://example.org/'));
    await account.rooms.join(ROOM);
    expect(await account.rooms.follow(ROOM)).toMatchObject({ ok: false, error: { code: 'bad-jid' } });
  });

  test('a challenge (CAPTCHA) stands in the way: a person must see to it', async () => {
    const { account, script } = await world();
    script(ROOM, { join: () => `<message from='${ROOM}'><body>Prove it</body><captcha xmlns='urn:xmpp:captcha'/></message>` });
    expect(await account.rooms.join(ROOM)).toMatchObject({ ok: false, error: { code: 'captcha', message: expect.stringContaining('CAPTCHA') } });
  });

  test('a service that forbids creating, of a room that does not exist, has not banned us', async () => {
    const { account, script } = await world();
    script(ROOM, {
      ...refusing('forbidden', 'auth', 'Room creation is denied by service policy'),
      info: (iq) => refusal(ROOM, iq.attrs['id'] ?? '', 'item-not-found'),
    });
    expect(await account.rooms.join(ROOM)).toMatchObject({ ok: false, error: { code: 'not-allowed' } });
  });

  test('conflict upon conflict: five fallback nicks, then the clock', async () => {
    const { account, script, heard } = await world();
    script(ROOM, refusing('conflict'));
    expect(await account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: false, error: { code: 'nick-conflict' } });
    const asked = heard.all.flatMap(({ name, attrs }) => (name === 'presence' && attrs['to'] ? [String(attrs['to']).split('/')[1]] : []));
    expect(asked).toEqual(['romeo', 'romeo_', 'romeo_2', 'romeo_3', 'romeo_4', 'romeo_5']);
  });

  test('conflicts in more rooms than may be entered at once do not stop the queue', async () => {
    const { account, script } = await world();
    const rooms = Array.from({ length: 90 }, (_, n) => `room-${n}@rooms.scripted.test`);
    for (const room of rooms) {
      script(room, { join: (stanza, nick) => (nick === 'romeo' ? presenceError(String(stanza.attrs['to']), 'conflict') : entry(room, nick)) });
    }
    const joined = await Promise.all(rooms.map((room) => account.rooms.join(room, { nick: 'romeo' })));
    expect(joined.filter(({ ok }) => ok)).toHaveLength(90);
  });

  test('no more than a hundred rooms are entered at once, after a lost stream neither', async () => {
    const { account, script, send, settle, drop, online, heard } = await world();
    const rooms = Array.from({ length: 150 }, (_, n) => `room-${n}@rooms.scripted.test`);
    let held: string[] = [];
    for (const room of rooms) script(room, { join: (_, nick) => void held.push(...entry(room, nick)) });
    const knocked = (): number => held.length / 2;
    const open = async (): Promise<void> => {
      await until(() => knocked() >= 100, { what: 'the first hundred' });
      await settle();
      expect(knocked()).toBe(100);
      const first = held;
      held = [];
      send(...first);
      await until(() => knocked() === 50, { what: 'the rest' });
      send(...held);
      held = [];
      await until(() => account.status().joined === 150, { what: 'all rooms' });
    };
    for (const room of rooms) void account.rooms.join(room, { nick: 'romeo' });
    await open();
    const before = heard.all.length;
    drop();
    await until(() => heard.all.length > before, { what: 'the next login' });
    await online();
    await open();
  });

  test('a service that has had enough (resource-constraint) is asked again later, not at once', async () => {
    const { account, script, heard, state } = await world();
    let tries = 0;
    script(ROOM, { join: (stanza, nick) => ((tries += 1) > 1 ? entry(ROOM, nick) : presenceError(String(stanza.attrs['to']), 'resource-constraint', 'wait')) });
    await account.rooms.join(ROOM, { nick: 'romeo' });
    expect(account.rooms.list()[0]).toMatchObject({ state: 'service-down' });
    expect(heard.all.filter(({ attrs }) => attrs['to'] === `${ROOM}/romeo`)).toHaveLength(1);
    await state(ROOM, 'joined');
    expect(story(account, ROOM)).toEqual(['join romeo', 'overloaded', 'retry romeo', 'self romeo']);
  });
});

describe('a service with a limit (scripted)', () => {
  test('refuses what is too much: it is left alone for a while, asked for less at once, and all get in', async () => {
    const { account, script, heard, jid, archive } = await world({ times: { rest: 50 } });
    const rooms = Array.from({ length: 60 }, (_, n) => `room-${n}@rooms.scripted.test`);
    const joins = (): string[] => heard.all.flatMap(({ name, attrs }) => (name === 'presence' && /^room-\d+@.*romeo$/.test(String(attrs['to'])) ? [String(attrs['to'])] : []));
    let refused = 0;
    for (const room of rooms) {
      script(room, { join: (stanza, nick) => ((refused += 1) <= 5 ? presenceError(String(stanza.attrs['to']), 'policy-violation', 'wait') : entry(room, nick)) });
    }
    const elsewhere = 'quiet@other.scripted.test';
    await Promise.all([...rooms, elsewhere].map((room) => account.rooms.join(room, { nick: 'romeo' })));
    expect(account.rooms.list().find(({ room }) => room === elsewhere)).toMatchObject({ state: 'joined' });
    const out = archive.rooms(jid).filter(({ membership }) => JSON.parse(membership).membership.state === 'service-down');
    expect(out).toHaveLength(5);
    await until(() => account.status().joined === 61, { what: 'the rest, by the clock' });
    expect(joins()).toHaveLength(65);
  });
});

describe('an answered join (scripted)', () => {
  test('a room where everybody sees our address (100) and that logs (170) says so, in the list and the ledger, and so does its change', async () => {
    const { account, script, send, settle } = await world();
    script(ROOM, { join: (_, nick) => entry(ROOM, nick, ['mallory'], [100, 110, 170]) });
    expect(await account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true, value: { nonAnonymous: true, logged: true } });
    expect(account.rooms.ledger(ROOM, 10).at(-1)).toMatchObject({ event: 'self', text: 'You joined the room. Everyone in it can see your address. It publishes its logs.' });
    const change = (from: string): string => `<message type='groupchat' from='${from}'><x xmlns='http://jabber.org/protocol/muc#user'><status code='173'/><status code='171'/></x></message>`;
    send(change(`${ROOM}/mallory`));
    await settle();
    expect(account.rooms.list()).toMatchObject([{ nonAnonymous: true, logged: true }]); // an occupant’s word, not the room’s
    send(change(ROOM));
    await settle();
    expect(account.rooms.list()).toMatchObject([{ nonAnonymous: false, logged: false }]);
  });

  test('a leave before the room was even asked: it is not asked', async () => {
    const { account, script, heard, send, settle } = await world();
    let asked: string | undefined;
    script(ROOM, { info: (iq) => void (asked = iq.attrs['id']) });
    const joined = account.rooms.join(ROOM, { nick: 'romeo' });
    await until(() => asked, { what: 'the question' });
    const left = account.rooms.leave(ROOM);
    send(refusal(ROOM, asked ?? '', 'item-not-found'));
    expect(await joined).toMatchObject({ ok: false });
    expect(await left).toMatchObject({ ok: true });
    await settle();
    expect(heard.all.filter(({ name, attrs }) => name === 'presence' && attrs['to'] === `${ROOM}/romeo` && attrs['type'] === undefined)).toEqual([]);
    expect(account.rooms.list()).toEqual([]);
  });

  test('a nick that the room modifies (210) is ours from then on, and our wish stays', async () => {
    const { account, script, archive, jid } = await world();
    script(ROOM, { join: () => entry(ROOM, 'Romeo of Montague', [], [110, 210]) });
    expect(await account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true, value: { nick: 'Romeo of Montague' } });
    expect(archive.rooms(jid)).toMatchObject([{ nick: 'romeo' }]);
  });

  test('a nick that is learned while a room is still to let us in is taken once it has', async () => {
    const { account, script, send, settle, heard } = await world();
    let asked: string | undefined;
    script(ROOM, { join: (_, nick) => void (asked = nick) });
    const joined = account.rooms.join(ROOM);
    await until(() => asked, { what: 'the knock' });
    script(ROOM, { join: (_, nick) => presence(ROOM, nick, { codes: [110] }) });
    send(`<message from='${ME}'><event xmlns='http://jabber.org/protocol/pubsub#event'><items node='${NICK}'><item id='current'><nick xmlns='${NICK}'>Queen</nick></item></items></event></message>`);
    await settle();
    expect(account.rooms.list()).toMatchObject([{ state: 'joining', nick: asked }]);
    send(...entry(ROOM, asked ?? ''));
    expect(await joined).toMatchObject({ ok: true });
    await heard.next(({ name, attrs }) => name === 'presence' && attrs['to'] === `${ROOM}/Queen`, { what: 'the wish for the new nick' });
  });

  test('no answer at all: given up at the deadline, and tried again by the clock', async () => {
    const { account, script, state, heard } = await world({ times: { join: 200 } });
    script(ROOM, { join: () => undefined });
    await account.rooms.join(ROOM, { nick: 'romeo' });
    const out = await state(ROOM, 'service-down');
    expect(out.reason).toBe('The room did not answer.');
    await heard.next(({ attrs }) => attrs['type'] === 'unavailable' && attrs['to'] === `${ROOM}/romeo`, { what: 'a goodbye, lest we be in there' });
    script(ROOM, {});
    await state(ROOM, 'joined');
  });

  test('self-presence that never comes, with others’ presences and messages: not joined, and the deadline stands', async () => {
    const { account, script, state, bodies } = await world({ times: { join: 300 } });
    const crowd = Array.from({ length: 50 }, (_, n) => presence(ROOM, `n${n}`));
    script(ROOM, { join: () => [...crowd, `<message type='groupchat' from='${ROOM}/n1'><body>hello</body></message>`, subject(ROOM, 'no 110')] });
    await account.rooms.join(ROOM, { nick: 'romeo' });
    await state(ROOM, 'service-down');
    expect(account.rooms.list()[0]).toMatchObject({ occupants: 0 });
    expect(bodies(ROOM)).not.toContain('no 110');
  });

  test('a room that puts us out while it lets us in', async () => {
    const { account, script } = await world();
    script(ROOM, { join: (_, nick) => [...entry(ROOM, nick), presence(ROOM, nick, { type: 'unavailable', codes: [110, 307] })] });
    await account.rooms.join(ROOM, { nick: 'romeo' });
    await until(() => account.rooms.list()[0]?.state === 'kicked', { what: 'the kick' });
  });
});
