import type { Result } from '../../core/errors.ts';
import { fail, ok, sentenceOf } from '../../core/errors.ts';
import { parseBareJid } from '../../core/jid.ts';
import { isNick, readRegistration, registerQuery, registerRemoval, registerSet } from '../../xmpp/xep/room/register.ts';
import type { Registration } from '../../xmpp/xep/room/register.ts';
import type { AccountContext } from '../context.ts';
import { roomRefusal } from './room-refusal.ts';
import type { Nicks } from './nicks.ts';
import type { RoomRegistration } from '../sending/contract.ts';
import type { RoomVerbs } from './verbs.ts';

/** XEP-0045 7.10: a nick that the room keeps for the person, and a membership where the room gives one. */
interface Registrations {
  /** What the room asks of whoever registers, or that it has us already. */
  ask(room: string): Promise<Result<RoomRegistration>>;
  /** Sends the form filled in; what is not given stays as the room proposed it, and the nick is the wanted one. */
  submit(room: string, values: Readonly<Record<string, string>>): Promise<Result<RoomRegistration>>;
  /** Gives the registration up. */
  remove(room: string): Promise<Result<RoomRegistration>>;
}

/** Out for lack of a registration. */
const WAITING: readonly string[] = ['registration-needed', 'members-only'];

const refusals: Readonly<Record<string, string>> = {
  'not-allowed': 'The room does not let people register on their own.',
  'service-unavailable': 'The room does not support registration.',
  'feature-not-implemented': 'The room does not support registration.',
  'item-not-found': 'The room does not exist.',
  conflict: 'Somebody else has registered this nickname.',
  'bad-request': 'The room refused the form.',
  'not-acceptable': 'The room refused the form.',
  forbidden: 'The room does not let you register.',
  'registration-required': 'The room is for members only and does not let people register on their own.',
};

export function openRegistrations(context: AccountContext, nicks: Nicks, verbs: Pick<RoomVerbs, 'join'>): Registrations {
  const { connection } = context;

  async function read(text: string): Promise<Result<{ readonly room: string; readonly found: Registration }>> {
    const room = parseBareJid(text);
    if (room === undefined) return fail('bad-jid', `“${text.slice(0, 100)}” is not a room’s address.`);
    const answer = await connection.iq(registerQuery(room));
    if (!answer.ok) return roomRefusal(answer.error, refusals);
    const found = readRegistration(answer.element);
    return found ? ok({ room, found }) : fail('no-registration', 'The room does not support registration.');
  }

  async function ask(text: string): Promise<Result<RoomRegistration>> {
    const now = await read(text);
    if (!now.ok) return now;
    const { room, found } = now.value;
    if (found.state === 'registered') return ok({ room, registered: true, nick: found.nick, form: undefined });
    const fields = found.form.fields.filter(({ hidden }) => !hidden);
    const proposed = fields.map((field) => (isNick(field) && field.value === undefined ? { ...field, value: nicks.wanted(room) } : field));
    return ok({ room, registered: false, nick: undefined, form: { ...found.form, fields: proposed } });
  }

  /** The reserved nick is another now: it is asked for again, and taken where nothing better is named. */
  async function settled(room: string, since: number): Promise<Result<RoomRegistration>> {
    await nicks.learnReserved(room);
    nicks.renick(room);
    const now = context.room(room);
    // COMPAT: Prosody 0.12, where it holds people to their registered nicks, kicks whoever has another one meanwhile.
    const out = now !== undefined && (WAITING.includes(now.membership.state) || (now.membership.state === 'kicked' && now.membership.since >= since));
    if (now?.wanted && out) enter(room);
    return ask(room);
  }

  function enter(room: string): void {
    verbs.join(room).catch((error: unknown) => context.log('error', `${room}: not entered after the registration: ${sentenceOf(error)}`, { error }));
  }

  return {
    ask,
    async submit(text, values) {
      const now = await read(text);
      if (!now.ok) return now;
      const { room, found } = now.value;
      if (found.state === 'registered') return fail('registered', `You are already registered there${found.nick === undefined ? '' : ` as ${found.nick}`}.`);
      const nick = found.form.fields.find((field) => isNick(field) && field.value === undefined)?.name;
      const filled = nick === undefined ? values : { [nick]: nicks.wanted(room), ...values };
      const missing = found.form.fields.find(({ name, required, hidden, value }) => required && !hidden && (filled[name] ?? value ?? '') === '');
      if (missing) return fail('missing-field', `The room requires a value for “${missing.label}”.`);
      const since = context.now();
      const answer = await connection.iq(registerSet(room, found, filled));
      if (!answer.ok) return roomRefusal(answer.error, refusals);
      context.log('info', `registered with ${room}`);
      return settled(room, since);
    },
    async remove(text) {
      const room = parseBareJid(text);
      if (room === undefined) return fail('bad-jid', `“${text.slice(0, 100)}” is not a room’s address.`);
      const answer = await connection.iq(registerRemoval(room));
      if (!answer.ok) return roomRefusal(answer.error, refusals);
      await nicks.learnReserved(room);
      return ok({ room, registered: false, nick: undefined, form: undefined });
    },
  };
}
