import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GroupchatMessage, KeptMessage } from '../../src/core/groupchat.ts';
import { openArchive } from '../../src/archive/archive.ts';
import type { Appended, Archive, Source } from '../../src/archive/contract.ts';

export const JULIET = 'juliet@capulet.lit';
export const ORCHARD = 'orchard@rooms.lit';
export const BALL = 'ball@rooms.lit';
export const T0 = Date.UTC(2026, 10, 23, 12);

/** An archive in a directory of its own; `close` removes it. */
export function ownArchive(): { archive: Archive; path: string; reopen(): Archive; close(): void } {
  const home = mkdtempSync(join(tmpdir(), 'minimix-archive-'));
  const path = join(home, 'archive.db');
  let archive = openArchive(path);
  return {
    get archive() {
      return archive;
    },
    path,
    reopen() {
      archive.close();
      archive = openArchive(path);
      return archive;
    },
    close() {
      archive.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface Said extends Partial<GroupchatMessage> {
  readonly arrivedAt?: number;
  readonly account?: string;
  readonly xml?: string;
}

/** A message of Romeo's in the orchard unless `said` says otherwise. */
export function message(said: Said): GroupchatMessage {
  return {
    room: ORCHARD,
    nick: 'Romeo',
    kind: 'message',
    id: undefined,
    stanzaId: undefined,
    originId: undefined,
    occupantId: undefined,
    realJid: undefined,
    body: undefined,
    subject: undefined,
    at: said.arrivedAt ?? T0,
    delayed: false,
    ...pick(said),
  };
}

function pick({ arrivedAt: _arrivedAt, account: _account, xml: _xml, ...rest }: Said): Partial<GroupchatMessage> {
  return rest;
}

/** Appends in a transaction of its own. */
export function append(archive: Archive, said: Said, source: Source = { kind: 'live' }): Appended {
  return archive.transaction(() => appendInside(archive, said, source));
}

export function appendInside(archive: Archive, said: Said, source: Source = { kind: 'live' }): Appended {
  const xml = said.xml ?? `<message xmlns='jabber:client' type='groupchat'><body>${said.body ?? ''}</body></message>`;
  return archive.append({
    account: said.account ?? JULIET,
    message: message(said),
    arrivedAt: said.arrivedAt ?? said.at ?? T0,
    xml,
    source,
  });
}

export function bodies(messages: KeptMessage[]): (string | undefined)[] {
  return messages.map((kept) => kept.body);
}

export function page(archive: Archive, limit = 100): KeptMessage[] {
  return archive.page({ account: JULIET, room: ORCHARD, limit });
}

/** The archive id under which something appended is kept, new or not. */
export function idOf(appended: Appended): number {
  return appended.kept ? appended.message.archiveId : appended.archiveId;
}
