import { inBackground } from '../../core/background.ts';
import { storedValues, type StoredValue } from '../../archive/stored-values.ts';
import { fail, ok, type Result } from '../../core/errors.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { displayed, mdsNodeOptions, NS_MDS, readDisplayed } from '../../xmpp/xep/message/displayed.ts';
import { itemsQuery, publish, readItems, readPubsubEvent, type PubsubItem } from '../../xmpp/xep/service/pubsub.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { openPrivateNode } from '../server/private-node.ts';
import type { ReadState } from '../rooms/contract.ts';
import type { Transaction, AccountContext } from '../context.ts';

/** Chats of which the node is read; what is beyond is no person's. */
const MOST_CHATS = 2000;
/** Messages back in which one with a stanza-id is looked for. */
const LOOK_BACK = 50;

/** Milliseconds between a look at a room and its being published: who reads along publishes once in that time. */
const READ_PACE = 1000;

/** How far the person has read, on whatever device (XEP-0490): on disk, and in the account's node on its server. */
export interface ReadMarkers {
  /** All up to that message (an archive id) was on a screen. Moves forward only; what is behind changes nothing. */
  mark(room: string, id: number, only: ReadState['only']): Result<ReadState>;
  states(): ReadState[];
  /** Reads what the other devices have read meanwhile, and tells them what they have not. */
  load(): Promise<void>;
  /** Reads an event of the node. True where the message was one. */
  receive(transaction: Transaction, stanza: Stanza): boolean;
}

export function openReadMarkers(context: AccountContext, pace = READ_PACE): ReadMarkers {
  const { archive, connection, jid, log } = context;
  const node = openPrivateNode(context, NS_MDS, mdsNodeOptions);
  /** What the node says, by room, as far as we know. */
  const published = new Map<string, string>();
  /** Read elsewhere up to a message that has not come here yet. */
  const ahead = new Map<string, string>();
  const states = new Map<string, ReadState>();
  const waiting = new Set<string>();
  let loaded = false;
  let timer: NodeJS.Timeout | undefined;
  context.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });

  const valueOf = (room: string, only: ReadState['only']): StoredValue<number> => (only === 'private' ? storedValues.readPrivateTo : storedValues.readTo).of(room);
  const keyOf = (room: string, only: ReadState['only']): string => valueOf(room, only).key;
  const readTo = (room: string, only: ReadState['only']): number | undefined => archive.value(jid, valueOf(room, only));

  function stateOf(room: string, only: ReadState['only']): ReadState | undefined {
    const known = states.get(keyOf(room, only));
    if (known) return known;
    const to = readTo(room, only);
    if (to === undefined) return undefined;
    const nick = context.room(room)?.membership.nick;
    const unread = archive.unread({ account: jid, room, after: to, nick, only });
    const mentions = only === 'private' || unread === 0 ? unread : archive.unread({ account: jid, room, after: to, nick, only, mentions: true });
    const state = { account: jid, room, only, readTo: to, unread, mentions };
    states.set(keyOf(room, only), state);
    return state;
  }

  /** True where that is news. */
  function move(room: string, id: number, only: ReadState['only']): boolean {
    const before = readTo(room, only);
    if (before !== undefined && !archive.isBehind(jid, room, { id, other: before })) return false;
    archive.setValue(jid, valueOf(room, only), id);
    return true;
  }

  function moved(room: string, only: ReadState['only']): void {
    states.delete(keyOf(room, only));
    const state = stateOf(room, only);
    if (state) context.events.emit({ type: 'read', state });
  }

  /** XEP-0490 4.1: what we do not have is no news, until we have it; what is behind is none at all. */
  function take(transaction: Transaction, items: readonly PubsubItem[]): void {
    for (const item of items.slice(0, MOST_CHATS)) {
      const read = readDisplayed(item);
      if (!read) continue;
      const { chat, stanzaId } = read;
      if (published.size < MOST_CHATS || published.has(chat)) published.set(chat, stanzaId);
      const id = archive.byStanzaId(jid, chat, stanzaId);
      if (id === undefined && context.room(chat)) ahead.set(chat, stanzaId);
      else ahead.delete(chat);
      if (id !== undefined && move(chat, id, 'groupchat')) transaction.onCommit(() => moved(chat, 'groupchat'));
    }
  }

  context.events.subscribe((event) => {
    if (event.type === 'message') kept(event.message);
  }, context.signal, 'read markers');

  function kept({ room, stanzaId, archiveId }: KeptMessage): void {
    for (const only of ['groupchat', 'private'] as const) states.delete(keyOf(room, only));
    if (stanzaId === undefined || ahead.get(room) !== stanzaId) return;
    ahead.delete(room);
    if (context.transact(() => move(room, archiveId, 'groupchat'))) moved(room, 'groupchat');
  }

  function soon(room: string): void {
    waiting.add(room);
    timer ??= setTimeout(() => {
      timer = undefined;
      inBackground(log, 'telling what was read', flush());
    }, pace);
    timer.unref();
  }

  async function flush(): Promise<void> {
    const rooms = [...waiting];
    waiting.clear();
    for (const room of rooms) {
      const stanzaId = toPublish(room);
      if (stanzaId === undefined || connection.status().state !== 'online') continue; // what waits is told after the next login
      const refused = await node.publish((options) => publish({ node: NS_MDS, id: room, payload: displayed({ chat: room, stanzaId }), options }));
      if (refused === undefined) published.set(room, stanzaId);
      else log('warn', `${room}: the server does not take how far it was read: ${refused}`);
    }
  }

  /** We have all that the room has said by now. */
  function isWhole(room: string): boolean {
    const { membership, entering, catchup } = context.room(room) ?? {};
    return membership?.state === 'joined' && entering === false && catchup === undefined;
  }

  /** The last message that was read and that others can know, unless the node says so, or more. */
  function toPublish(room: string): string | undefined {
    const to = readTo(room, 'groupchat');
    const last = to === undefined ? undefined : archive.message(to);
    if (to === undefined || !last || !loaded) return undefined;
    const one = last.stanzaId === undefined ? archive.page({ account: jid, room, before: to, limit: LOOK_BACK, only: 'groupchat' }).findLast(({ stanzaId }) => stanzaId !== undefined) : last;
    const there = published.get(room);
    if (one?.stanzaId === undefined || one.stanzaId === there) return undefined;
    const known = there === undefined ? undefined : archive.byStanzaId(jid, room, there);
    if (there !== undefined && known === undefined && !isWhole(room)) return undefined; // it may be further than we have come
    return known !== undefined && !archive.isBehind(jid, room, { id: one.archiveId, other: known }) ? undefined : one.stanzaId;
  }

  return {
    mark(room, id, only) {
      const message = archive.message(id);
      if (message?.account !== jid || message.room !== room) return fail('unknown-message', `${room} has no message ${id}.`);
      if (context.transact(() => move(room, id, only))) {
        moved(room, only);
        if (only === 'groupchat') soon(room);
      }
      const state = stateOf(room, only);
      return state ? ok(state) : fail('unknown-message', `You have not read anything in ${room} yet.`);
    },
    states() {
      return archive.keptRooms(jid).flatMap((room) => (['groupchat', 'private'] as const).flatMap((only) => stateOf(room, only) ?? []));
    },
    async load() {
      const answer = await connection.iq(itemsQuery(NS_MDS));
      if (context.signal.aborted || (!answer.ok && answer.error.condition !== 'item-not-found')) return;
      published.clear();
      if (answer.ok) context.transact((transaction) => take(transaction, readItems(answer.element)));
      loaded = true;
      for (const room of archive.keptRooms(jid)) if (toPublish(room) !== undefined) soon(room);
    },
    receive(transaction, stanza) {
      const event = readPubsubEvent(stanza.element);
      if (event?.node !== NS_MDS || event.from !== jid) return false;
      take(transaction, event.published);
      for (const id of event.retracted) published.delete(id);
      if (event.emptied) published.clear();
      return true;
    },
  };
}
