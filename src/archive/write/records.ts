import type { SQLOutputValue } from 'node:sqlite';
import type { ArchiveGap, OccupantRecord, OutboxEntry, RoomRecord, Archive } from '../contract.ts';
import type { Occupant } from '../../core/occupant.ts';
import type { Database, SqlRow } from '../schema/database.ts';
import { storedValues, type StoredValue } from '../stored-values.ts';
import type { Dictionary } from '../schema/dictionary.ts';

type Records = Pick<
  Archive,
  | 'rooms' | 'saveRoom' | 'forgetRoom' | 'occupants' | 'occupantXml' | 'saveOccupant' | 'removeOccupant'
  | 'clearOccupants' | 'stream' | 'saveStream' | 'outbox' | 'addToOutbox' | 'updateOutbox' | 'removeFromOutbox'
  | 'cursor' | 'setCursor' | 'removeCursors' | 'lastId' | 'value' | 'setValue' | 'gaps' | 'addGap' | 'removeGap'
>;

const text = (value: SQLOutputValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: SQLOutputValue | undefined): number | undefined => (typeof value === 'number' ? value : undefined);

/** What the daemon remembers beside the messages: rooms, occupants, streams, outbox, cursors, values, gaps. */
export function records(db: Database, names: Dictionary): Records {
  return { ...roomRecords(db, names), ...outboxRecords(db, names), ...smallRecords(db, names), ...gapRecords(db, names) };
}

function roomRecords(db: Database, names: Dictionary) {
  return {
    rooms(account: string): RoomRecord[] {
      return db
        .sql('SELECT * FROM room WHERE account = ? ORDER BY room')
        .all(names.findAccount(account) ?? -1)
        .map((row) => ({
          account,
          room: String(row['room']),
          membership: String(row['membership']),
          wanted: row['wanted'] === 1,
          nick: text(row['nick']),
          password: text(row['password']),
          subject: text(row['subject']),
        }));
    },
    saveRoom(record: RoomRecord): void {
      db.sql(
        `INSERT INTO room (account, room, membership, wanted, nick, password, subject) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET membership = excluded.membership, wanted = excluded.wanted, nick = excluded.nick,
         password = excluded.password, subject = excluded.subject`,
      ).run(
        names.account(record.account),
        record.room,
        record.membership,
        record.wanted ? 1 : 0,
        record.nick ?? null,
        record.password ?? null,
        record.subject ?? null,
      );
    },
    forgetRoom(account: string, room: string): void {
      db.sql('DELETE FROM room WHERE account = ? AND room = ?').run(names.findAccount(account) ?? -1, room);
    },
    occupants(account: string): OccupantRecord[] {
      return db
        .sql('SELECT room, occupant, xml FROM occupant WHERE account = ? ORDER BY room, nick')
        .all(names.findAccount(account) ?? -1)
        .map((row) => ({ room: String(row['room']), occupant: toOccupant(String(row['occupant'])), xml: String(row['xml']) }));
    },
    occupantXml(account: string, room: string, nick: string): string | undefined {
      const found = db.sql('SELECT xml FROM occupant WHERE account = ? AND room = ? AND nick = ?');
      return text(found.get(names.findAccount(account) ?? -1, room, nick)?.['xml']);
    },
    saveOccupant(account: string, record: OccupantRecord): void {
      db.sql(
        `INSERT INTO occupant (account, room, nick, occupant, xml) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET occupant = excluded.occupant, xml = excluded.xml`,
      ).run(names.account(account), record.room, record.occupant.nick, JSON.stringify(record.occupant), record.xml);
    },
    removeOccupant(account: string, room: string, nick: string): void {
      db.sql('DELETE FROM occupant WHERE account = ? AND room = ? AND nick = ?').run(names.findAccount(account) ?? -1, room, nick);
    },
    clearOccupants(account: string, room: string): void {
      db.sql('DELETE FROM occupant WHERE account = ? AND room = ?').run(names.findAccount(account) ?? -1, room);
    },
  };
}

/** JSON leaves `undefined` out; the contract has every field present. We wrote it ourselves, so the shape is known. */
function toOccupant(json: string): Occupant {
  const kept = JSON.parse(json) as Occupant;
  return { ...kept, status: kept.status, jid: kept.jid, occupantId: kept.occupantId, avatar: kept.avatar };
}

function outboxRecords(db: Database, names: Dictionary) {
  return {
    outbox(account: string): OutboxEntry[] {
      return db
        .sql('SELECT * FROM outbox WHERE account = ? ORDER BY id')
        .all(names.findAccount(account) ?? -1)
        .map((row) => toOutboxEntry(account, row));
    },
    addToOutbox(entry: Omit<OutboxEntry, 'id' | 'ends' | 'cause'>): number {
      return db
        .sql(
          `INSERT INTO outbox (account, room, origin_id, xml, created, stream, outbound, state)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          names.account(entry.account),
          entry.room,
          entry.originId,
          entry.xml,
          entry.createdAt,
          entry.stream ?? null,
          entry.outbound ?? null,
          entry.state,
        ).id;
    },
    updateOutbox(id: number, change: Partial<Pick<OutboxEntry, 'stream' | 'outbound' | 'state' | 'ends' | 'cause'>>): void {
      if ('stream' in change) db.sql('UPDATE outbox SET stream = ? WHERE id = ?').run(change.stream ?? null, id);
      if ('outbound' in change) db.sql('UPDATE outbox SET outbound = ? WHERE id = ?').run(change.outbound ?? null, id);
      if (change.state !== undefined) db.sql('UPDATE outbox SET state = ? WHERE id = ?').run(change.state, id);
      if (change.ends !== undefined) db.sql('UPDATE outbox SET ends = ?, cause = ? WHERE id = ?').run(change.ends, change.cause ?? null, id);
    },
    removeFromOutbox(id: number): void {
      db.sql('DELETE FROM outbox WHERE id = ?').run(id);
    },
  };
}

function toOutboxEntry(account: string, row: SqlRow): OutboxEntry {
  const state = row['state'];
  return {
    id: Number(row['id']),
    account,
    room: String(row['room']),
    originId: String(row['origin_id']),
    xml: String(row['xml']),
    createdAt: Number(row['created']),
    stream: text(row['stream']),
    outbound: number(row['outbound']),
    state: state === 'waiting' || state === 'sent' ? state : 'ask',
    ends: Number(row['ends']),
    cause: text(row['cause']),
  };
}

function smallRecords(db: Database, names: Dictionary) {
  return {
    stream(account: string): string | undefined {
      return text(db.sql('SELECT state FROM stream WHERE account = ?').get(names.findAccount(account) ?? -1)?.['state']);
    },
    saveStream(account: string, stream: string | undefined): void {
      if (stream === undefined) {
        db.sql('DELETE FROM stream WHERE account = ?').run(names.findAccount(account) ?? -1);
        return;
      }
      db.sql('INSERT INTO stream (account, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state').run(
        names.account(account),
        stream,
      );
    },
    cursor(account: string, owner: string, room: string): number | undefined {
      const found = db.sql('SELECT archive_id FROM cursor WHERE account = ? AND owner = ? AND room = ?');
      return number(found.get(names.findAccount(account) ?? -1, owner, room)?.['archive_id']);
    },
    setCursor(account: string, { owner, room, archiveId }: { owner: string; room: string; archiveId: number }): void {
      db.sql(
        `INSERT INTO cursor (account, owner, room, archive_id) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET archive_id = excluded.archive_id`,
      ).run(names.account(account), owner, room, archiveId);
    },
    removeCursors(account: string, owner: string): void {
      const [whose, beyond] = [names.findAccount(account) ?? -1, `${storedValues.deliveredBeyond.prefix}:${owner}:`];
      db.sql('DELETE FROM cursor WHERE account = ? AND owner = ?').run(whose, owner);
      db.sql('DELETE FROM value WHERE account = ? AND substr(key, 1, ?) = ?').run(whose, beyond.length, beyond);
    },
    lastId(): number {
      const newest = number(db.sql('SELECT max(id) AS id FROM message').get()?.['id']) ?? 0;
      const floor = number(db.sql("SELECT value FROM meta WHERE key = 'floor'").get()?.['value']) ?? 0;
      return Math.max(newest, floor);
    },
    value<T>(account: string, what: StoredValue<T>): T | undefined {
      const found = db.sql('SELECT value FROM value WHERE account = ? AND key = ?');
      const kept = text(found.get(names.findAccount(account) ?? -1, what.key)?.['value']);
      return kept === undefined ? undefined : what.read(kept);
    },
    setValue<T>(account: string, { key, write }: StoredValue<T>, value: T | undefined): void {
      if (value === undefined) {
        db.sql('DELETE FROM value WHERE account = ? AND key = ?').run(names.findAccount(account) ?? -1, key);
        return;
      }
      db.sql(
        'INSERT INTO value (account, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
      ).run(names.account(account), key, write(value));
    },
  };
}

function gapRecords(db: Database, names: Dictionary) {
  return {
    gaps(account: string, room: string): ArchiveGap[] {
      return db
        .sql('SELECT * FROM gap WHERE chat = ? ORDER BY begins, id')
        .all(names.findChat(account, room)?.id ?? -1)
        .map((row) => ({
          id: Number(row['id']),
          account,
          room,
          from: Number(row['begins']),
          to: Number(row['ends']),
          cause: String(row['cause']),
        }));
    },
    addGap(gap: Omit<ArchiveGap, 'id'>): number {
      return db
        .sql('INSERT INTO gap (chat, begins, ends, cause) VALUES (?, ?, ?, ?)')
        .run(names.chat(gap.account, gap.room).id, gap.from, gap.to, gap.cause).id;
    },
    removeGap(id: number): void {
      db.sql('DELETE FROM gap WHERE id = ?').run(id);
    },
  };
}
