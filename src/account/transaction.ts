import type { Archive } from '../archive/contract.ts';
import type { Occupant } from '../core/occupant.ts';
import type { AccountEvent } from './events.ts';
import { absent } from '../core/room.ts';
import type { StartedTransaction, Room, Transaction } from './context.ts';
import { readCatchup } from './history/catch-up-state.ts';
import type { Log } from '../core/log.ts';

/** The rooms in memory, and the drafts that change them together with the disk. */
interface RoomTable {
  readonly all: ReadonlyMap<string, Room>;
  occupants(room: string): ReadonlyMap<string, Occupant>;
  /** Memory is assigned only after the commit. Throws what the disk throws; memory is then unchanged. */
  transact<T>(work: (transaction: Transaction) => T): T;
  /** The same, where whoever changes something ends it. */
  begin(): StartedTransaction;
  /** As `transact`, once this turn of the event loop is over: one commit for all that many rooms ask for in it. */
  batch(work: (transaction: Transaction) => void): Promise<void>;
}

const noOccupants: ReadonlyMap<string, Occupant> = new Map();

interface Changes {
  readonly rooms: Map<string, Room | undefined>;
  /** By room: `undefined` removes the nick; `cleared` hides what memory has. */
  readonly occupants: Map<string, { cleared: boolean; readonly nicks: Map<string, Occupant | undefined> }>;
  readonly effects: (() => void)[];
  readonly events: AccountEvent[];
}

/** Loads the account's rooms from the archive. `tell` hears each event after its commit. */
export function openRoomTable(options: {
  account: string;
  archive: Archive;
  now: () => number;
  tell: (event: AccountEvent) => void;
  log: Log;
  signal: AbortSignal;
}): RoomTable {
  const { account, archive, now, tell, log, signal } = options;
  const rooms = new Map<string, Room>();
  const occupants = new Map<string, Map<string, Occupant>>();
  /** In the order of the commits: an effect may commit in turn, and what that emits stands behind what led to it. */
  const committed: AccountEvent[] = [];
  let underWay = 0;
  load();

  function load(): void {
    for (const record of archive.rooms(account)) {
      const known = readSaved(record.membership);
      const { room, wanted, nick, password, subject } = record;
      rooms.set(room, { ...newRoom(room), ...known, wanted, nick, password, subject });
    }
    for (const { room, occupant } of archive.occupants(account)) here(room).set(occupant.nick, occupant);
  }

  function here(room: string): Map<string, Occupant> {
    let nicks = occupants.get(room);
    if (!nicks) {
      nicks = new Map();
      occupants.set(room, nicks);
    }
    return nicks;
  }

  function transactionOver(changes: Changes): Transaction {
    const change = (room: string) => {
      let own = changes.occupants.get(room);
      if (!own) {
        own = { cleared: false, nicks: new Map() };
        changes.occupants.set(room, own);
      }
      return own;
    };
    return {
      at: now(),
      room: (jid) => (changes.rooms.has(jid) ? changes.rooms.get(jid) : rooms.get(jid)),
      put(room) {
        changes.rooms.set(room.jid, room);
      },
      forget(jid) {
        changes.rooms.set(jid, undefined);
      },
      occupant(room, nick) {
        const own = changes.occupants.get(room);
        if (own?.nicks.has(nick)) return own.nicks.get(nick);
        return own?.cleared ? undefined : occupants.get(room)?.get(nick);
      },
      crowd(room) {
        const own = changes.occupants.get(room);
        return (own?.cleared ? 0 : (occupants.get(room)?.size ?? 0)) + (own?.nicks.size ?? 0);
      },
      setOccupant(room, occupant, xml) {
        change(room).nicks.set(occupant.nick, occupant);
        archive.saveOccupant(account, { room, occupant, xml });
      },
      removeOccupant(room, nick) {
        change(room).nicks.set(nick, undefined);
        archive.removeOccupant(account, room, nick);
      },
      clearOccupants(room) {
        const own = change(room);
        own.cleared = true;
        own.nicks.clear();
        archive.clearOccupants(account, room);
      },
      onCommit: (effect) => { changes.effects.push(effect); },
      emit: (event) => { changes.events.push(event); },
    };
  }

  function save(changes: Changes): void {
    for (const [jid, room] of changes.rooms) {
      if (room === undefined) archive.forgetRoom(account, jid);
      else if (differs(room, rooms.get(jid))) archive.saveRoom(recordOf(room));
    }
  }

  function recordOf(room: Room) {
    const { jid, wanted, nick, password, subject } = room;
    return { account, room: jid, membership: saved(room), wanted, nick, password, subject };
  }

  /** What is the same object, as with nearly every message, is not written out to be compared. */
  function differs(room: Room, known: Room | undefined): boolean {
    if (known === undefined) return true;
    if (onDisk.every((field) => room[field] === known[field])) return false;
    return JSON.stringify(recordOf(room)) !== JSON.stringify(recordOf(known));
  }

  function assign(changes: Changes): void {
    for (const [jid, room] of changes.rooms) {
      if (room === undefined) {
        rooms.delete(jid);
        occupants.delete(jid);
      } else rooms.set(jid, room);
    }
    for (const [room, { cleared, nicks }] of changes.occupants) {
      if (cleared) occupants.delete(room);
      for (const [nick, occupant] of nicks) {
        if (occupant === undefined) occupants.get(room)?.delete(nick);
        else here(room).set(nick, occupant);
      }
    }
  }

  function begin(): StartedTransaction {
    const changes: Changes = { rooms: new Map(), occupants: new Map(), effects: [], events: [] };
    const stored = archive.begin();
    return {
      ...transactionOver(changes),
      commit() {
        save(changes);
        stored.commit();
        assign(changes);
        follow(changes);
      },
      rollback: stored.rollback,
    };
  }

  /** Effects, and then what subscribers hear. */
  function follow(changes: Changes): void {
    committed.push(...changes.events);
    underWay += 1;
    for (const effect of changes.effects) {
      try {
        effect();
      } catch (error) {
        log('error', 'an effect failed after its commit', { error });
      }
    }
    underWay -= 1;
    if (underWay === 0) for (const event of committed.splice(0)) tell(event);
  }

  function transact<T>(work: (transaction: Transaction) => T): T {
    const started = begin();
    try {
      const result = work(started);
      started.commit();
      return result;
    } catch (error) {
      started.rollback(error);
      throw error;
    }
  }

  return {
    all: rooms,
    occupants: (room) => occupants.get(room) ?? noOccupants,
    transact,
    begin,
    batch: gather((works) => {
      if (!signal.aborted) transact((transaction) => works.forEach((work) => work(transaction)));
    }),
  };
}

/** Collects what comes in one turn of the event loop; `work` gets all of it, and each hears how that went. */
function gather<T>(work: (all: readonly T[]) => void): (one: T) => Promise<void> {
  let waiting: T[] = [];
  let soon: Promise<void> | undefined;
  return (one) => {
    waiting.push(one);
    soon ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        const all = waiting;
        waiting = [];
        soon = undefined;
        try {
          work(all);
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    return soon;
  };
}

/** A room of which nothing is known yet. */
export function newRoom(jid: string): Room {
  return {
    jid,
    membership: absent,
    wanted: false,
    nick: undefined,
    password: undefined,
    subject: undefined,
    name: undefined,
    features: undefined,
    nonAnonymous: false,
    logged: false,
    reserved: undefined,
    entering: false,
    catchup: undefined,
    replay: undefined,
    verifiedAt: undefined,
    siblings: [],
    settings: {},
    doubt: undefined,
  };
}

/** What of a room is written beside its columns. */
const savedFields = ['membership', 'catchup', 'entering', 'replay', 'name', 'features', 'nonAnonymous', 'logged', 'reserved', 'settings'] as const;
const onDisk = [...savedFields, 'wanted', 'nick', 'password', 'subject'] as const;
type Saved = Pick<Room, (typeof savedFields)[number]>;

function saved(room: Room): string {
  const fields = Object.fromEntries(savedFields.map((field) => [field, room[field]]));
  return JSON.stringify({ ...fields, features: room.features && [...room.features] });
}

/** Our own JSON from our own disk: written by `saved`, behind the archive's schema version. */
function readSaved(text: string): Saved {
  const { features, catchup, ...rest } = JSON.parse(text) as Omit<Saved, 'features'> & { features?: string[] };
  return { ...rest, catchup: readCatchup(catchup), features: features && new Set(features) };
}
