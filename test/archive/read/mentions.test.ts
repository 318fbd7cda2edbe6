// Why a message is meant for the person is kept with it: page, search, unread counts, export and salvage give the same answer.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exported } from '../../../src/archive/transfer/export.ts';
import { fromJsonLines, importAll } from '../../../src/archive/transfer/import.ts';
import { salvage } from '../../../src/archive/maintenance/salvage.ts';
import { openArchive } from '../../../src/archive/archive.ts';
import type { Archive } from '../../../src/archive/contract.ts';
import { MENTION_REASONS, type MentionReason } from '../../../src/core/mention.ts';
import { JULIET, message, ORCHARD, ownArchive, page, T0 } from '../support.ts';

let own: ReturnType<typeof ownArchive>;
beforeEach(() => {
  own = ownArchive();
});
afterEach(() => own.close());

function keep(archive: Archive, body: string | undefined, mention?: MentionReason): number {
  const { archiveId } = archive.transaction(() => {
    const appended = archive.append({ account: JULIET, message: message({ body, kind: body === undefined ? 'encrypted' : 'message' }), mention, arrivedAt: T0, xml: '<message/>', source: { kind: 'live' } });
    return appended.kept ? appended.message : appended;
  });
  return archiveId;
}

const found = (archive: Archive, text: string): (string | undefined)[] => archive.search({ text, limit: 50 }).map((hit) => hit.mention);
const unread = (archive: Archive, after: number, mentions?: boolean): number =>
  archive.unread({ account: JULIET, room: ORCHARD, after, nick: 'Juliet', only: 'groupchat', ...(mentions !== undefined && { mentions }) });

test('each reason comes back as it was given, and what mentions nobody has none', () => {
  const first = keep(own.archive, 'hello');
  for (const reason of MENTION_REASONS) keep(own.archive, `for ${reason}`, reason);
  expect(page(own.reopen()).map(({ mention }) => mention)).toEqual([undefined, ...MENTION_REASONS]);
  expect(found(own.archive, 'has:mention')).toEqual(MENTION_REASONS.toReversed());
  expect([unread(own.archive, first), unread(own.archive, 0), unread(own.archive, 0, true)]).toEqual([5, 6, 5]);
});

test('a mention without a text is found, too', () => {
  keep(own.archive, undefined, 'explicit');
  expect(found(own.archive, 'has:mention')).toEqual(['explicit']);
});

test('an export and what is salvaged keep the reason', () => {
  keep(own.archive, 'see above', 'explicit');
  keep(own.archive, undefined, 'reply');
  const other = ownArchive();
  importAll(other.archive, { account: JULIET, messages: fromJsonLines(exported(own.archive, { account: JULIET }, 'jsonl')) });
  expect(page(other.archive).map(({ mention }) => mention)).toEqual(['explicit', 'reply']);
  other.archive.close();
  salvage(other.path, new Date(T0));
  const saved = openArchive(other.path);
  expect(page(saved).map(({ mention }) => mention)).toEqual(['explicit', 'reply']);
  expect(found(saved, 'has:mention')).toEqual(['reply', 'explicit']);
  saved.close();
});
