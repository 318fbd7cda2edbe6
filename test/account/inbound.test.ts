// One bad stanza is one bad stanza, up to the archive.
import { describe, expect, test, vi } from 'vitest';
import { MinimixError } from '../../src/core/errors.ts';
import { ME, entry, presence, worlds, type World } from '../support/rooms/scripted.ts';
import { until } from '../support/until.ts';

const ROOM = 'garden@rooms.scripted.test';
const world = worlds();
const say = (id: string, body: string): string => `<message type='groupchat' from='${ROOM}/juliet' id='${id}'><body>${body}</body></message>`;

async function joined(): Promise<World> {
  const one = await world();
  one.script(ROOM, { join: (_, nick) => entry(ROOM, nick, ['juliet']) });
  expect(await one.account.rooms.join(ROOM, { nick: 'romeo' })).toMatchObject({ ok: true });
  await one.settle();
  return one;
}

const bodies = ({ archive }: World): (string | undefined)[] => archive.page({ account: ME, room: ROOM, limit: 9 }).map(({ body }) => body);

/** A handler of messages that breaks on one of them. */
function breakOn({ archive }: World, body: string, error: Error): void {
  const append = archive.append.bind(archive);
  vi.spyOn(archive, 'append').mockImplementation((message) => {
    if (message.message.body === body) throw error;
    return append(message);
  });
}

describe('a batch of stanzas', () => {
  test('a stanza that makes a handler throw is quarantined alone, and those before and behind it are kept', async () => {
    const one = await joined();
    breakOn(one, 'poison', new TypeError('a bug'));
    one.send(say('1', 'before') + say('2', 'poison') + say('3', 'behind'));
    await one.settle();
    expect(bodies(one)).toEqual(['before', 'behind']);
    expect(one.archive.quarantined(ME)).toMatchObject([
      { sender: `${ROOM}/juliet`, kind: 'message', cause: expect.stringContaining('a bug'), text: expect.stringContaining('poison') },
    ]);
    expect(one.account.status().connection.state).toBe('online');
  });

  test('what the disk refuses is not quarantined: the stream is dropped, and it comes again', async () => {
    const one = await joined();
    breakOn(one, 'unlucky', new MinimixError('archive-full', 'The disk that holds the archive is full.'));
    one.send(say('1', 'unlucky'));
    await until(() => one.account.status().connection.state !== 'online', { what: 'the stream to be dropped' });
    expect(one.archive.quarantined(ME)).toEqual([]);
  });

  test('what the wire passes over is quarantined with its sender, size and beginning', async () => {
    const one = await joined();
    one.send(`<message from='mallory@else.test/x'><body>${'&quot;'.repeat(250_000)}</body></message>` + say('1', 'behind'));
    await one.settle();
    expect(bodies(one)).toEqual(['behind']);
    const [record] = one.archive.quarantined(ME);
    expect(record).toMatchObject({ sender: 'mallory@else.test/x', kind: 'message', cause: 'a stanza is too big' });
    expect(record?.size).toBeGreaterThan(1_500_000);
    expect(record?.text).toMatch(/^<message from=.*&quot;/);
  });

  test('a presence of a room that is passed over makes the room be asked whether we are in it', async () => {
    const one = await joined();
    const asked = vi.fn<() => 'pong'>(() => 'pong');
    one.script(ROOM, { join: (_, nick) => entry(ROOM, nick, ['juliet']), ping: asked });
    one.send(presence(ROOM, 'juliet').replace('</presence>', '<p:x/></presence>'));
    await until(() => asked.mock.calls.length > 0, { what: 'the self-ping' });
    expect(one.account.rooms.occupants(ROOM).map(({ nick }) => nick)).toContain('juliet');
  });
});
