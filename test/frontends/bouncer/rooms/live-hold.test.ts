// A device gets what was missed, oldest first, then what comes live, without a hole where a device goes in between.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openArchive } from '../../../../src/archive/archive.ts';
import { openCursors } from '../../../../src/frontends/bouncer/rooms/cursors.ts';
import { openRoomFeeds, type DeviceOccupant } from '../../../../src/frontends/bouncer/rooms/room-feed.ts';
import { openLiveHold } from '../../../../src/frontends/bouncer/rooms/live-hold.ts';
import type { KeptMessage } from '../../../../src/core/groupchat.ts';
import { undoing } from '../../../support/undo.ts';
import { until } from '../../../support/until.ts';

const ROOM = 'orchard@rooms.example';
const ME = 'romeo@example.org';
const undo = undoing();

/** Even ids stand before all odd ones in the room's order. */
const EVEN_FIRST = (id: number): number => (id % 2 === 0 ? id - 100 : id);

function kept(archiveId: number, delayed: boolean): KeptMessage {
  const xml = `<message xmlns='jabber:client' from='${ROOM}/juliet' type='groupchat'><body>${archiveId}</body></message>`;
  const unsaid = { id: undefined, stanzaId: undefined, originId: undefined, occupantId: undefined, realJid: undefined, subject: undefined };
  return { ...unsaid, account: ME, room: ROOM, nick: 'juliet', kind: 'message', body: String(archiveId), at: archiveId, arrivedAt: archiveId, archiveId, delayed, xml };
}

/** A room whose archive is being read, and a phone in it that says itself when it has got something. */
function scene({ patience = 60_000, placeOf = (id: number) => id }: { readonly patience?: number; readonly placeOf?: (id: number) => number } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'waits-'));
  const archive = openArchive(join(dir, 'archive.db'));
  const [feeds, cursors] = [openRoomFeeds(), openCursors(ME, archive, () => undefined)];
  undo.push(() => {
    cursors.flush();
    archive.close();
    rmSync(dir, { recursive: true });
  });
  const state = { catchingUp: true };
  const order = (ids: readonly number[]): number[] => ids.toSorted((a, b) => placeOf(a) - placeOf(b));
  const places = { inOrder: (_me: string, _room: string, ids: readonly number[]) => order(ids), isBehind: (_me: string, _room: string, id: number, other: number) => placeOf(id) > placeOf(other) };
  const life = new AbortController();
  undo.push(() => life.abort());
  const waits = openLiveHold({ account: { jid: ME, history: { isCatchingUp: () => state.catchingUp } }, archive: places, feeds, cursors, patience, signal: life.signal });
  function enter(device: string): { readonly got: number[]; readonly had: (() => void)[] } {
    const [got, had]: [number[], (() => void)[]] = [[], []];
    const viewer: DeviceOccupant = {
      jid: `${ME}/${device}`,
      device,
      send(text, noted = () => undefined) {
        got.push(Number(/<body>(\d+)/.exec(text)?.[1]));
        had.push(noted);
      },
      carbons: () => false,
      shows: () => true,
      showsPassing: () => true,
      leaves: () => 'here',
      calls: () => undefined,
    };
    feeds.enter(viewer, ROOM, 'romeo');
    return { got, had };
  }
  return {
    cursors,
    enter,
    phone: enter('phone'),
    come(id: number, how: 'live' | 'missed') {
      const message = kept(id, how === 'missed');
      const feed = feeds.of(ROOM);
      if (feed && !waits.holds(feed, message)) feeds.deliver(message, message.xml, waits.noting(message));
    },
    cutOff: () => waits.over(ROOM),
    caughtUp() {
      state.catchingUp = false;
      waits.over(ROOM);
    },
  };
}

test('what comes live while the room’s archive is read is shown behind what was missed', () => {
  const { come, caughtUp, cutOff, phone } = scene({ placeOf: EVEN_FIRST });
  come(11, 'live');
  come(12, 'missed');
  cutOff();
  come(13, 'live');
  come(14, 'missed');
  expect(phone.got).toEqual([12, 14]);
  caughtUp();
  come(15, 'live');
  expect(phone.got).toEqual([12, 14, 11, 13, 15]);
});

test('what was missed after a stream’s end is shown behind what came live before it', () => {
  const { come, caughtUp, cutOff, cursors, phone } = scene({ placeOf: EVEN_FIRST });
  come(11, 'live');
  cutOff();
  come(12, 'missed');
  come(13, 'missed');
  come(14, 'missed');
  expect(phone.got).toEqual([12, 14]);
  caughtUp();
  expect(phone.got).toEqual([12, 14, 11, 13]);
  for (const noted of phone.had) noted();
  expect([11, 12, 13, 14, 15].map((id) => cursors.has('phone', ROOM, id))).toEqual([true, true, true, true, false]);
});

test('a device that goes before it has got what waited is not taken to have it', () => {
  const { come, caughtUp, phone, cursors } = scene({ placeOf: EVEN_FIRST });
  const has = (): boolean[] => [11, 12, 13, 14].map((id) => cursors.has('phone', ROOM, id));
  come(11, 'live');
  come(12, 'missed');
  come(13, 'live');
  come(14, 'missed');
  caughtUp();
  const [twelve, fourteen, eleven, thirteen] = phone.had;
  twelve?.();
  fourteen?.();
  expect(has()).toEqual([false, true, false, true]);
  eleven?.();
  expect(has()).toEqual([true, true, false, true]);
  thirteen?.();
  expect(has()).toEqual([true, true, true, true]);
  expect(cursors.has('phone', ROOM, 15)).toBe(false);
});

test('who enters meanwhile has it from the history, and not a second time', () => {
  const { come, caughtUp, phone, enter } = scene();
  come(11, 'live');
  const laptop = enter('laptop');
  come(12, 'live');
  caughtUp();
  expect([phone.got, laptop.got]).toEqual([[11, 12], [12]]);
});

test('an archive that takes too long is waited for no longer, nor for the next one', async () => {
  const { come, caughtUp, phone } = scene({ patience: 1, placeOf: EVEN_FIRST });
  come(11, 'live');
  await until(() => phone.got.length === 1, { what: 'the end of the wait' });
  come(12, 'live');
  come(13, 'missed');
  expect(phone.got).toEqual([11, 12, 13]);
  caughtUp();
  expect(phone.got).toEqual([11, 12, 13]);
});
