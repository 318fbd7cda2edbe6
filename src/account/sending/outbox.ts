import { randomUUID } from 'node:crypto';
import type { OutboxEntry } from '../../archive/contract.ts';
import type { Result } from '../../core/errors.ts';
import { fail, ok } from '../../core/errors.ts';
import { parseBareJid } from '../../core/jid.ts';
import type { GroupchatMessage } from '../../core/groupchat.ts';
import { readStanzaError } from '../../xmpp/xep/service/errors.ts';
import { groupchatMessage, quoteOf } from '../../xmpp/xep/message/groupchat.ts';
import { reactionsMessage } from '../../xmpp/xep/message/reactions.ts';
import { retractMessage } from '../../xmpp/xep/message/retract.ts';
import { NS_MAM } from '../../xmpp/xep/service/mam.ts';
import { isTransient } from '../../xmpp/xep/message/transient.ts';
import { readOriginId } from '../../xmpp/xep/message/stanza-id.ts';
import type { StanzaFault } from '../../xmpp/contract.ts';
import { stanzaFrom, type Stanza } from '../../xmpp/stanza.ts';
import type { Element } from '../../xmpp/xml.ts';
import type { OutboxMessage, MessageRelation } from '../rooms/contract.ts';
import { explicitMentions } from './explicit-mentions.ts';
import { refusalOf } from './refusal.ts';
import type { Transaction, AccountContext } from '../context.ts';

/** Longer than any server lets through, short enough not to hurt us. */
const MAX_BODY = 200_000;
const MAX_XML = 250_000;
const MAX_WAITING = 5_000;
/** Characters of all that waits: it is in memory, and is so again after each start. */
const MAX_WAITING_XML = 16 * 1024 * 1024;
/** Entries of a room's ledger in which a nick is looked for. */
const LEDGER = 200;
/** Streams that may end over one message before the person is asked. */
const MAX_ENDS = 2;

/** A message is on disk before it is on the wire, and leaves the outbox when the room has reflected it. */
export interface Outbox {
  sendMessage(room: string, body: string, about?: MessageRelation): Result<{ originId: string }>;
  /** XEP-0444: these are all of ours to the message with that stanza-id; none takes them back. */
  react(room: string, stanzaId: string, emojis: readonly string[]): Result<{ originId: string }>;
  /** XEP-0424: takes the message with that stanza-id back, which is ours. */
  retract(room: string, stanzaId: string): Result<{ originId: string }>;
  /** A whole message of type groupchat to a bare JID; kept with the transaction, written after it. */
  put(transaction: Transaction, options: { room: string; xml: string; originId: string }): Result<{ originId: string }>;
  list(): OutboxMessage[];
  sendAgain(originId: string): Result<OutboxMessage>;
  /** Whatever has become of it: one that was sent may have been said, or may be yet. */
  discard(originId: string): Result<OutboxMessage>;
  /** The room has sent back a message of ours. */
  reflected(transaction: Transaction, message: GroupchatMessage): void;
  /** The room has refused one. */
  refused(transaction: Transaction, room: string, stanza: Stanza): void;
  /** The server has ended the stream over something that we sent after the stanza of that number (XEP-0198 h); `cause` is its word. */
  rejected(after: number, cause: string): void;
  /** The stream was resumed by this process or by the one before: what the server has not counted is sent again. */
  resumed(ownQueue: boolean): void;
  /**
   * The history after a join is over. `whole`: it reaches back to what we had, by its id, so that what it does not hold the
   * room does not have; else nothing is proven by it, and what may be lost is asked about.
   */
  entered(room: string, whole: boolean): void;
  /** The room's archive is read to its end: what is still here, the room does not have. */
  caughtUp(room: string): void;
}

interface OutboxHooks {
  /** The stream that a message is written to now, for what may be lost with it. */
  readonly streamId: () => string | undefined;
  /** Asks a room whether we are in it (XEP-0410), and resolves once the membership says so. */
  readonly prove: (room: string) => Promise<void>;
}

export function openOutbox(context: AccountContext, { streamId, prove }: OutboxHooks): Outbox {
  const { archive, connection, log } = context;
  const entries = new Map<string, OutboxEntry>(archive.outbox(context.jid).map((entry) => [entry.originId, entry]));

  /** Refused once for not being in the room: a second time, it is for something else. */
  const returned = new Set<string>();
  /** Somebody has said these ids, under a nick that we are not known to have had. */
  const claimed = new Set<string>();

  /** Writes its number to disk, then the stanza to the wire. The two are one tick: no other stanza comes between. */
  function send(entry: OutboxEntry): void {
    if (connection.status().state !== 'online') return;
    const change = { stream: streamId(), outbound: connection.nextOutbound(), state: 'sent' } as const;
    context.transact(() => archive.updateOutbox(entry.id, change));
    entries.set(entry.originId, { ...entry, ...change });
    const sent = connection.send(entry.xml);
    if (sent.ok) return;
    log('warn', `could not send to ${entry.room}: ${sent.error.message}`);
    // What cannot be written now can never be: it must not stand in the way of what follows it.
    if (sent.error.code !== 'too-large' && sent.error.code !== 'malformed') return;
    const error = { condition: 'policy-violation', type: 'modify', text: sent.error.message, element: undefined };
    context.transact((transaction) => refuse(transaction, entry, error));
  }

  function drop(transaction: Transaction, entry: OutboxEntry): void {
    archive.removeFromOutbox(entry.id);
    transaction.onCommit(() => {
      entries.delete(entry.originId);
      returned.delete(entry.originId);
      claimed.delete(entry.originId);
    });
  }

  /** What a nick that was ours has said under an id of ours, we have said: another nick may be ours by now. */
  function hadNick({ room, nick }: GroupchatMessage): boolean {
    return archive.ledger(context.jid, room, LEDGER).some((entry) => entry.event === 'self' && entry.nick === nick);
  }

  function refuse(transaction: Transaction, entry: OutboxEntry, error: StanzaFault | undefined): void {
    log('warn', `${entry.room} refused a message: ${error?.condition ?? 'error'}`, { text: error?.text, originId: entry.originId });
    drop(transaction, entry);
    if (error) transaction.emit({ type: 'refused', originId: entry.originId, error });
  }

  /** XEP-0045 7.4: who is no occupant says nothing. Where we are out, it waits until we are in again. */
  function takeBack(transaction: Transaction, entry: OutboxEntry, error: StanzaFault): void {
    archive.updateOutbox(entry.id, { state: 'waiting' });
    transaction.onCommit(() => {
      entries.set(entry.originId, { ...entry, state: 'waiting' });
      returned.add(entry.originId);
      settleReturned(entry, error).catch((failure: unknown) => log('error', 'a message that was not taken could not be looked after', { error: failure }));
    });
  }

  async function settleReturned({ room, originId }: OutboxEntry, error: StanzaFault): Promise<void> {
    const since = context.room(room)?.membership.since;
    await prove(room);
    const { state, since: now } = context.room(room)?.membership ?? {};
    const waiting = entries.get(originId);
    const inside = state === 'joined' && now === since;
    if (inside && waiting?.state === 'waiting') context.transact((transaction) => refuse(transaction, waiting, error));
  }

  function waitingXml(): number {
    return [...entries.values()].reduce((sum, { xml }) => sum + xml.length, 0);
  }

  function of(room: string): OutboxEntry[] {
    return [...entries.values()].filter((entry) => entry.room === room).toSorted((a, b) => a.id - b.id);
  }

  /** RFC 6120 13.12 lets a server refuse what is larger than this, or less; and nothing may block what follows it. */
  function put(transaction: Transaction, { room, xml, originId }: { room: string; xml: string; originId: string }): Result<{ originId: string }> {
    const entry = transaction.room(room);
    if (!entry?.wanted) return fail('not-joined', `${room.slice(0, 100)} is not a room of ${context.jid}; join it first.`);
    const { state, reason } = entry.membership;
    if (!['joined', 'joining', 'absent'].includes(state)) return fail(state, reason ?? `You are not in ${room}.`);
    const self = transaction.occupant(room, entry.membership.nick ?? '');
    if (self?.role === 'visitor') return fail('no-voice', `You are not allowed to speak in ${room}: it is moderated, and you are a visitor.`);
    if (xml.length > MAX_XML) return fail('too-large', `A message may have ${MAX_XML} characters at most.`);
    const refusal = refusalOf(connection, xml);
    if (refusal) return refusal;
    if (entries.has(originId)) return fail('conflict', 'A message with this id is already being sent.');
    if (entries.size >= MAX_WAITING || waitingXml() + xml.length > MAX_WAITING_XML) return fail('congested', 'Too many messages are waiting to be sent.');
    const waiting = { account: context.jid, room, originId, xml, createdAt: context.now(), state: 'waiting' } as const;
    const added = { ...waiting, stream: undefined, outbound: undefined };
    const kept: OutboxEntry = { ...added, id: archive.addToOutbox(added), ends: 0, cause: undefined };
    transaction.onCommit(() => {
      entries.set(originId, kept);
      if (context.room(room)?.membership.state === 'joined') send(kept);
    });
    return ok({ originId });
  }

  /** What only says something of another message. */
  function putNew(text: string, made: (room: string, id: string) => Element): Result<{ originId: string }> {
    const room = parseBareJid(text) ?? text;
    const originId = randomUUID();
    return context.transact((transaction) => put(transaction, { room, xml: made(room, originId).toString(), originId }));
  }

  function found(originId: string): Result<OutboxEntry> {
    const entry = entries.get(originId);
    return entry ? ok(entry) : fail('unknown-message', 'No message with this id is waiting.');
  }

  /** Nothing can tell whether the room has it. */
  function ask(entry: OutboxEntry, why: string): void {
    context.transact(() => archive.updateOutbox(entry.id, { state: 'ask' }));
    entries.set(entry.originId, { ...entry, state: 'ask' });
    log('warn', `${entry.room}: a message may not have arrived, and ${why}`, { originId: entry.originId });
  }

  context.events.subscribe((event) => {
    if (event.type !== 'catch-up-stopped' || context.room(event.room)?.catchup?.state !== 'unreadable') return;
    for (const entry of of(event.room)) if (entry.state === 'sent' && entry.stream !== streamId()) ask(entry, 'the room’s archive cannot be read');
  }, context.signal, 'the outbox');

  return {
    list: () => [...entries.values()].toSorted((a, b) => a.id - b.id).map(unsaid),
    sendAgain(originId) {
      const entry = found(originId);
      if (!entry.ok) return entry;
      if (entry.value.state !== 'ask') return fail('under-way', 'This message is still being sent; there is nothing to decide.');
      const change = { state: 'waiting', ends: 0, cause: undefined } as const;
      const again = { ...entry.value, ...change };
      context.transact((transaction) => {
        archive.updateOutbox(again.id, change);
        transaction.onCommit(() => {
          entries.set(originId, again);
          if (context.room(again.room)?.membership.state === 'joined') send(again);
        });
      });
      return ok(unsaid(entries.get(originId) ?? again));
    },
    discard(originId) {
      const entry = found(originId);
      if (!entry.ok) return entry;
      context.transact((transaction) => drop(transaction, entry.value));
      return ok(unsaid(entry.value));
    },
    sendMessage(text, body, { mentions = [], ...about } = {}) {
      const room = parseBareJid(text) ?? text;
      if (body === '') return fail('empty', 'The message is empty.');
      if (body.length > MAX_BODY) return fail('too-large', `A message may have ${MAX_BODY} characters at most.`);
      const originId = randomUUID();
      return context.transact((transaction) => {
        const quote = about.reply ? quoteOf(about.reply) : '';
        const explicit = explicitMentions(transaction, { room, body, nicks: mentions, behind: Array.from(quote).length });
        return put(transaction, { room, xml: groupchatMessage({ room, id: originId, body: quote + body }, { ...about, explicit }).toString(), originId });
      });
    },
    react: (text, stanzaId, emojis) => putNew(text, (room, id) => reactionsMessage({ room, id, target: stanzaId, emojis })),
    retract: (text, stanzaId) => putNew(text, (room, id) => retractMessage(room, id, stanzaId)),
    put: put,
    reflected(transaction, message) {
      if (entries.size === 0) return;
      const entry = entries.get(message.originId ?? message.id ?? '');
      if (entry?.room !== message.room) return;
      if (message.nick === transaction.room(message.room)?.membership.nick || hadNick(message)) drop(transaction, entry);
      else claimed.add(entry.originId);
    },
    refused(transaction, room, stanza) {
      const entry = entries.get(readOriginId(stanza.element) ?? stanza.id ?? '');
      if (entry?.room !== room) return;
      const error = readStanzaError(stanza.element);
      if (error?.condition === 'not-acceptable' && !returned.has(entry.originId)) takeBack(transaction, entry, error);
      else refuse(transaction, entry, error);
    },
    rejected(after, cause) {
      const suspects = [...entries.values()].filter(({ state, stream, outbound }) => state === 'sent' && stream === streamId() && (outbound ?? 0) > after);
      if (suspects.length === 0) return;
      context.transact((transaction) => {
        for (const entry of suspects) {
          const ends = entry.ends + 1;
          const change = { ends, cause, state: ends < MAX_ENDS ? entry.state : 'ask' } as const;
          archive.updateOutbox(entry.id, change);
          transaction.onCommit(() => {
            entries.set(entry.originId, { ...entry, ...change });
            if (change.state === 'ask') log('warn', `a message to ${entry.room} has ended two streams, and waits for you: ${cause}`, { originId: entry.originId });
          });
        }
      });
    },
    resumed(ownQueue) {
      const h = connection.acknowledged();
      for (const entry of entries.values()) {
        if (entry.state === 'waiting' && context.room(entry.room)?.membership.state === 'joined') send(entry);
        else if (!ownQueue && entry.state === 'sent' && entry.stream === streamId() && (entry.outbound ?? 0) > h) send(entry);
      }
    },
    entered(room, whole) {
      if (context.room(room)?.features?.has(NS_MAM)) return; // its archive will tell
      for (const entry of of(room)) {
        if (entry.state === 'waiting') send(entry);
        else if (entry.state !== 'sent' || entry.stream === streamId()) continue;
        else if (whole && !claimed.has(entry.originId) && isTold(entry)) send(entry);
        else ask(entry, 'the room has no archive to tell');
      }
    },
    caughtUp(room) {
      const archived = context.room(room)?.features?.has(NS_MAM) === true;
      for (const entry of of(room)) {
        if (entry.state === 'waiting' || (archived && entry.state === 'sent' && entry.stream !== streamId())) send(entry);
      }
    },
  };
}

/** XEP-0045 7.2.13: a room tells of its past what has a body; hints may keep that out of it. */
function isTold({ xml }: OutboxEntry): boolean {
  const { element } = stanzaFrom(xml);
  return element.getChild('body') !== undefined && !isTransient(element);
}

function unsaid({ account, room, originId, xml, createdAt, state, cause }: OutboxEntry): OutboxMessage {
  const body = stanzaFrom(xml).element.getChildText('body') ?? undefined;
  return { account, room, originId, body, at: new Date(createdAt).toISOString(), state, cause: state === 'ask' ? cause : undefined };
}
