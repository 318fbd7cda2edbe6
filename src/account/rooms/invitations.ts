import { randomUUID } from 'node:crypto';
import { storedValues } from '../../archive/stored-values.ts';
import type { Result } from '../../core/errors.ts';
import { fail, ok, sentenceOf } from '../../core/errors.ts';
import type { Invitation } from '../../core/invitation.ts';
import { bareOf } from '../../core/jid.ts';
import { enableCarbons, readCarbon } from '../../xmpp/xep/message/carbons.ts';
import { declineInvitation, readInvitation } from '../../xmpp/xep/room/invite.ts';
import { discoInfoQuery, readDiscoInfo } from '../../xmpp/xep/service/disco.ts';
import { mamQuery, readMamFin, readMamResult } from '../../xmpp/xep/service/mam.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { MAX_RESULT_ID } from '../history/archive-reading.ts';
import { attributeOf, type Element } from '../../xmpp/xml.ts';
import type { RoomSummary } from './contract.ts';
import type { Transaction, AccountContext } from '../context.ts';
import type { RoomVerbs } from './verbs.ts';

const MAX_PENDING = 100;
const HOUR = 3600_000;
/** Rooms that are joined in an hour without a question, where the person lets us. */
const MAX_ENTERED = 10;
const PAGE = 50;
/** A sweep reads no more of the account's own archive than this. */
const MAX_PAGES = 40;
const FIRST_SWEEP = 7 * 24 * 3600_000;
/** COMPAT: Prosody 0.12 copies no invitation to us by carbons, so the account's archive is read now and then. */
const EVERY = 5 * 60_000;

/** Invitations, kept until the person answers. */
export interface Invitations {
  /** Reads one, sent to us, copied to us, or out of the account's archive. True where the message was one. */
  receive(transaction: Transaction, stanza: Stanza): boolean;
  /**
   * After a login: at priority -1 what is sent to the bare JID passes us by, so copies are asked for (XEP-0280), and
   * the account's own archive is read for what came in the meantime (XEP-0313).
   */
  sweep(): Promise<void>;
  pending(): Invitation[];
  accept(room: string, nick?: string): Promise<Result<RoomSummary>>;
  decline(room: string, reason?: string): Result<undefined>;
}

interface InvitationOptions {
  /** Milliseconds between two looks into the account's archive. */
  readonly every?: number | undefined;
  /** The person lets the rooms be joined without being asked. */
  readonly joins?: boolean;
}

export function openInvitations(context: AccountContext, verbs: RoomVerbs, { every = EVERY, joins = false }: InvitationOptions = {}): Invitations {
  const { archive, connection, jid } = context;
  let list = archive.value(jid, storedValues.invitations) ?? [];
  let sweeping: string | undefined;
  let reading: Promise<void> | undefined;
  let archived = true;
  /** Rooms whose invitation was answered: the account's archive has it too, and is not to bring it again. */
  const answered = new Set<string>();
  /** When rooms were joined without a question. */
  let entered: number[] = [];
  const timer = setInterval(look, every);
  timer.unref();
  context.signal.addEventListener('abort', () => clearInterval(timer));

  /** One that an occupant sends in private is theirs, and not their room's. */
  function invitationIn(message: Element, at: number): Invitation | undefined {
    const invitation = readInvitation(message, at);
    const from = attributeOf(message, 'from') ?? '';
    return invitation && !invitation.mediated && context.room(bareOf(from)) ? { ...invitation, by: from } : invitation;
  }

  function look(): void {
    const online = connection.status().state === 'online';
    if (online && archived && reading === undefined) read().catch((error: unknown) => context.log('error', unread(error)));
  }

  function keep(transaction: Transaction, invitation: Invitation): void {
    if (context.room(invitation.room)?.wanted) return;
    const others = list.filter(({ room }) => room !== invitation.room);
    store(transaction, [...others, invitation].slice(-MAX_PENDING));
    context.log('info', `invited to ${invitation.room}`, { by: invitation.by });
    entered = entered.filter((at) => at > context.now() - HOUR);
    if (!joins || entered.length >= MAX_ENTERED) return; // whoever floods us with invitations fills a list, not our rooms
    entered.push(context.now());
    transaction.onCommit(() => enter(invitation.room));
  }

  function enter(room: string): void {
    const failed = (why: string): void => context.log('warn', `invited to ${room}, and not in it: ${why}`);
    acceptRoom(room).then((joined) => joined.ok || failed(joined.error.message), (error: unknown) => failed(sentenceOf(error)));
  }

  /** A stranger may name any address: a contact's would be taken for a room's from then on, and what is said to them refused. */
  async function acceptRoom(room: string): Promise<Result<RoomSummary>> {
    const answer = await connection.iq(discoInfoQuery(room));
    const info = answer.ok ? readDiscoInfo(answer.element) : undefined;
    if (info?.identities.some(({ category }) => category === 'conference')) return accept(room);
    return fail('no-room', 'It does not say that it is a room.');
  }

  async function accept(room: string, nick?: string): Promise<Result<RoomSummary>> {
    const found = drop(room);
    if (!found) return fail('no-invitation', `There is no invitation to ${room.slice(0, 100)}.`);
    return verbs.join(room, { nick, password: found.password });
  }

  function store(transaction: Transaction, next: Invitation[]): void {
    archive.setValue(jid, storedValues.invitations, next);
    list = next; // read again from disk at the next start, should this transaction fail
    transaction.emit({ type: 'invitations', account: jid, invitations: next });
  }

  function drop(room: string): Invitation | undefined {
    const found = list.find((one) => one.room === room);
    if (!found) return undefined;
    context.transact((transaction) => store(transaction, list.filter((one) => one !== found)));
    answered.add(room);
    look(); // past it, before a restart forgets that it was answered
    return found;
  }

  /** One at a time: two would take each other's pages for strangers'. */
  function read(): Promise<void> {
    reading ??= readOn().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  /** XEP-0313: on from where it was read to the last time. */
  async function readOn(): Promise<void> {
    const before = [...answered];
    for (let page = 0; page < MAX_PAGES && !context.signal.aborted; page += 1) {
      const after = archive.value(jid, storedValues.invitationsReadTo);
      const start = after === undefined ? new Date(context.now() - FIRST_SWEEP).toISOString() : undefined;
      sweeping = randomUUID();
      const answer = await connection.iq(mamQuery({ to: jid, queryId: sweeping, max: PAGE, after, start }));
      sweeping = undefined;
      if (!answer.ok && answer.error.condition === 'item-not-found' && after !== undefined) {
        context.transact(() => archive.setValue(jid, storedValues.invitationsReadTo, undefined)); // that id is gone from it: by time, then
      } else {
        archived = answer.ok || answer.error.condition !== 'service-unavailable';
        const fin = answer.ok ? readMamFin(answer.element) : undefined;
        if (answer.ok && fin?.complete !== false) for (const room of before) answered.delete(room);
        if (fin?.complete !== false || !isFurther(after, fin.last)) return;
      }
    }
  }

  /** Where all of a page was passed over, and is in quarantine: on from where the archive says that it ended (XEP-0059 2.2). */
  function isFurther(after: string | undefined, last: string | undefined): boolean {
    if (archive.value(jid, storedValues.invitationsReadTo) !== after) return true;
    if (last === undefined || last === '' || last === after || last.length > MAX_RESULT_ID) return false;
    context.transact(() => archive.setValue(jid, storedValues.invitationsReadTo, last));
    return true;
  }

  return {
    receive(transaction, stanza) {
      const { element } = stanza;
      // RFC 6120 8.1.2.1: what the server sends for the account may leave from out; Prosody's archive does
      const result = ['', jid].includes(bareOf(stanza.from)) ? readMamResult(element) : undefined;
      if (result) {
        if (result.queryId !== sweeping) return false;
        archive.setValue(jid, storedValues.invitationsReadTo, result.id);
        const found = readInvitation(result.message, result.at ?? transaction.at);
        if (found && found.by !== jid && !answered.has(found.room)) keep(transaction, found);
        return true;
      }
      const invitation = invitationIn(readCarbon(element, jid) ?? element, transaction.at);
      if (!invitation || bareOf(invitation.by ?? '') === jid) return false;
      answered.delete(invitation.room); // they ask again
      keep(transaction, invitation);
      return true;
    },
    async sweep() {
      const carbons = await connection.iq(enableCarbons());
      if (!carbons.ok) context.log('debug', `no carbons: ${carbons.error.condition}`);
      await read();
    },
    pending: () => [...list],
    accept,
    decline(room, reason) {
      const found = drop(room);
      if (!found) return fail('no-invitation', `There is no invitation to ${room.slice(0, 100)}.`);
      if (found.mediated && found.by !== undefined) connection.send(declineInvitation(room, found.by, reason));
      return ok(undefined);
    },
  };
}

function unread(error: unknown): string {
  return `invitations could not be read: ${sentenceOf(error)}`;
}
