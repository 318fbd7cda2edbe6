import { randomBytes } from 'node:crypto';
import { newDevice, recognise, seenAs } from '../../core/device.ts';
import type { RelayDevice, Seen } from '../../core/device.ts';
import { sentenceOf } from '../../core/errors.ts';
import { bareOf, resourceOf } from '../../core/jid.ts';
import { readCaps } from '../../xmpp/xep/service/caps.ts';
import { discoInfoQuery, readDiscoInfo } from '../../xmpp/xep/service/disco.ts';
import type { DiscoInfo } from '../../xmpp/xep/service/disco.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { DeviceStore } from './device-store.ts';
import { identityIn, nameIn } from './device-profile.ts';
import { createTimers } from '../timers.ts';
import type { Transaction, AccountContext } from '../context.ts';

/** More resources than this of one account are no person's devices. */
const MAX_SESSIONS = 50;
/** Milliseconds that a device has to say what it is. One that did not get to it is asked again after twice as many. */
const LOOK = 30_000;

/** A resource that is online, from its first presence to its last. */
export interface OnlineResource {
  readonly jid: string;
  /** Never the same twice: a resource that comes back is another session. */
  readonly number: number;
  readonly capsNode: string | undefined;
  /** disco#info; `undefined` until it has answered, or has not in time. */
  readonly info: DiscoInfo | undefined;
  /** The device that it is, once that is known. */
  readonly device: string | undefined;
  /** What its frontend has to say about it beside the decision. */
  readonly note: string | undefined;
  /** COMPAT: Prosody 0.12 still lists who leaves: what rooms said of this JID before it came is of a former session. */
  readonly former: ReadonlySet<readonly string[]>;
}

/** The account's resources that are online, as far as presence reaches us (RFC 6121 4.2.2), and which device each is. */
interface OnlineResources {
  /** Reads presence from one of the account's own resources. */
  receive(transaction: Transaction, stanza: Stanza): void;
  /** A new stream: whoever is there will be announced anew. */
  reset(): void;
  all(): readonly OnlineResource[];
  at(jid: string): OnlineResource | undefined;
  of(device: string): OnlineResource | undefined;
  note(session: OnlineResource, text: string | undefined): void;
  /** Its device is no more: it is seen for the first time. */
  anew(session: OnlineResource): void;
  isOccupant(session: OnlineResource, room: string): boolean;
}

interface OnlineResourceHooks {
  /** What is known of a session is no longer what it was. */
  readonly stale: () => void;
  /** Somebody has come, gone, or is known better. */
  readonly changed: () => void;
}

export function openOnlineResources(context: AccountContext, { kept, hooks: { stale, changed }, patience = LOOK }: { kept: DeviceStore; hooks: OnlineResourceHooks; patience?: number }): OnlineResources {
  const sessions = new Map<string, OnlineResource>();
  const timers = createTimers(context.signal, context.log);
  let sessionsSoFar = 0;

  function look(session: OnlineResource): void {
    ask(session).catch((error: unknown) => context.log('error', `${session.jid}: what it is could not be kept: ${sentenceOf(error)}`, { error }));
  }

  async function ask(session: OnlineResource): Promise<void> {
    const answer = await context.connection.iq(discoInfoQuery(session.jid), { timeout: patience });
    const info = (answer.ok ? readDiscoInfo(answer.element) : undefined) ?? { identities: [], features: new Set<string>() };
    const now = sessions.get(session.jid);
    if (now?.number !== session.number || context.signal.aborted) return;
    const known = { ...now, info, device: now.device ?? identify(now, info, true)?.id };
    sessions.set(now.jid, known);
    if (!answer.ok && answer.error.element === undefined) lookAgain(known); // silence says nothing of what it takes
    const device = known.device === undefined ? undefined : kept.get(known.device);
    if (device) kept.put(seenAs(device, { seen: seen(known, info), software: nameIn(info), at: context.now() }));
    changed();
  }

  function lookAgain({ jid, number }: OnlineResource): void {
    timers.set(jid, 2 * patience, () => {
      const session = sessions.get(jid);
      if (session?.number === number) look(session);
    });
  }

  /** The device that a session is: known by its resource at once, by its software once it has answered. */
  function identify(session: OnlineResource, info: DiscoInfo | undefined, orNew: boolean): RelayDevice | undefined {
    const busy = new Set([...sessions.values()].map(({ device }) => device));
    const offline = kept.all().filter(({ id }) => !busy.has(id));
    const known = recognise(offline, seen(session, info));
    if (known || !orNew) return known;
    const device = newDevice({ id: randomBytes(4).toString('hex'), resource: resourceOf(session.jid), at: context.now(), from: context.archive.lastId() });
    kept.put(device);
    return device;
  }

  function appeared(jid: string, stanza: Stanza): void {
    const caps = readCaps(stanza.element);
    const node = caps?.node;
    const known = sessions.get(jid);
    if (!known && sessions.size >= MAX_SESSIONS) return;
    const session: OnlineResource = known
      ? { ...known, capsNode: node ?? known.capsNode }
      : { jid, number: (sessionsSoFar += 1), capsNode: node, info: undefined, device: undefined, note: undefined, former: listings(jid) };
    const device = session.device ?? identify(session, undefined, false)?.id;
    sessions.set(jid, { ...session, device });
    stale();
    if (!known || known.capsNode !== session.capsNode) look(session);
    if (!known) changed();
  }

  function listings(jid: string): ReadonlySet<readonly string[]> {
    return new Set([...context.rooms()].flatMap(({ siblings }) => (siblings.includes(jid) ? [siblings] : [])));
  }

  function disappeared(jid: string): void {
    const session = sessions.get(jid);
    if (!session) return;
    sessions.delete(jid);
    const device = session.device === undefined ? undefined : kept.get(session.device);
    if (device) kept.put({ ...device, lastSeen: context.now() });
    changed();
  }

  return {
    receive(transaction, stanza) {
      const jid = stanza.from;
      const status = context.connection.status();
      const own = status.state === 'online' && status.jid === jid;
      if (bareOf(jid) !== context.jid || resourceOf(jid) === '' || own) return;
      if (stanza.type === undefined) transaction.onCommit(() => appeared(jid, stanza));
      if (stanza.type === 'unavailable') transaction.onCommit(() => disappeared(jid));
    },
    reset() {
      sessions.clear();
      changed();
    },
    all: () => [...sessions.values()],
    at: (jid) => sessions.get(jid),
    of: (id) => [...sessions.values()].find(({ device }) => device === id),
    note(session, text) {
      if (session.note === text) return;
      sessions.set(session.jid, { ...session, note: text });
      changed();
    },
    anew(session) {
      const fresh: OnlineResource = { ...session, number: (sessionsSoFar += 1), device: undefined, note: undefined };
      sessions.set(session.jid, fresh);
      look(fresh);
    },
    isOccupant({ jid, former }, room) {
      const siblings = context.room(room)?.siblings;
      return siblings?.includes(jid) === true && !former.has(siblings);
    },
  };
}

function seen({ jid, capsNode }: OnlineResource, info: DiscoInfo | undefined): Seen {
  return { resource: resourceOf(jid), capsNode, identity: info && identityIn(info) };
}
