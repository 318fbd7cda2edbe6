import { z } from 'zod';
import { MOST_HOURS, MOST_REPLAYED, readQuiet } from '../../core/device.ts';
import type { Found, SearchQuery } from '../../archive/query-contract.ts';
import type { Result } from '../../core/errors.ts';
import { fail, ok } from '../../core/errors.ts';
import { readableBody } from '../../core/readable.ts';
import type { Account } from '../../account/contract.ts';
import { bareJid } from '../../account/settings.ts';

/** Who asks, and of what. */
export interface ActionContext {
  readonly account: Account;
  /** Searches the archive beside the event loop: a question of a few letters may take it seconds. */
  readonly find: (query: SearchQuery) => Promise<Found>;
  /** The resource of the device that asks. */
  readonly resource: string;
}

interface ActionField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text-single' | 'text-private' | 'list-single' | 'jid-single';
  readonly required?: boolean;
  options?(context: ActionContext): readonly { readonly value: string; readonly label: string }[];
}

interface ActionAnswer {
  /** For a person, one line or a few. */
  readonly text: string;
  readonly table?: { readonly columns: readonly { readonly name: string; readonly label: string }[]; readonly rows: readonly Readonly<Record<string, string>>[] };
}

/** A verb, once: whatever frontend it comes by, its input is checked by the same schema. */
export interface Action {
  readonly name: string;
  /** What it does, in a few words. */
  readonly title: string;
  /** In the order in which a line of words gives them; the last one takes the rest of the line. */
  readonly fields: readonly ActionField[];
  perform(context: ActionContext, values: Readonly<Record<string, string | undefined>>): Promise<Result<ActionAnswer>>;
}

function action<T>(
  about: Omit<Action, 'perform'>,
  schema: z.ZodType<T>,
  run: (context: ActionContext, input: T) => Promise<Result<ActionAnswer>> | Result<ActionAnswer>,
): Action {
  return {
    ...about,
    async perform(context, values) {
      const read = schema.safeParse(values);
      if (read.success) return run(context, read.data);
      const issue = read.error.issues[0];
      const where = about.fields.find(({ name }) => name === issue?.path[0])?.label ?? 'It';
      return fail('invalid', `${where}: ${issue?.message ?? 'is not valid'}.`);
    },
  };
}

const room: ActionField = {
  name: 'room',
  label: 'Room',
  type: 'list-single',
  required: true,
  options: ({ account }) => account.rooms.list().map((one) => ({ value: one.room, label: one.name ?? one.room })),
};
const anyRoom: ActionField = { name: 'room', label: 'Room', type: 'jid-single', required: true };
const line = (most: number) => z.string({ error: 'is needed' }).trim().min(1, 'is needed').max(most, `is longer than ${most} characters`);
const jid = z.string({ error: 'is needed' }).pipe(bareJid);
const nickname = line(255).refine((text) => !/\p{Cc}/u.test(text), 'contains a control character');
const policies = ['everything', 'mentions', 'nothing', 'default'] as const;

async function mapped<T>(result: Promise<Result<T>> | Result<T>, text: (value: T) => string): Promise<Result<ActionAnswer>> {
  const done = await result;
  return done.ok ? ok({ text: text(done.value) }) : done;
}

function table(columns: readonly (readonly [name: string, label: string])[], rows: readonly Readonly<Record<string, string>>[]): NonNullable<ActionAnswer['table']> {
  return { columns: columns.map(([name, label]) => ({ name, label })), rows };
}

const status = action({ name: 'status', title: 'Status of Minimix', fields: [] }, z.object({}), ({ account }) => {
  const { connection, joined, rooms, messages } = account.status();
  return ok({ text: `Minimix is ${connection.state}, in ${joined} of ${rooms} rooms, and has saved ${messages} messages.` });
});

const rooms = action({ name: 'rooms', title: 'List the rooms', fields: [] }, z.object({}), ({ account }) => {
  const rows = account.rooms.list().map((one) => ({ room: one.room, state: one.state, nick: one.nick ?? '', reason: one.reason ?? '' }));
  const text = rows.map(({ room: at, state, nick, reason }) => [at, state, nick && `as ${nick}`, reason].filter(Boolean).join(', ')).join('\n');
  return ok({ text: text || 'There is no room yet.', table: table([['room', 'Room'], ['state', 'State'], ['nick', 'Nick'], ['reason', 'Reason']], rows) });
});

const join = action(
  {
    name: 'join',
    title: 'Join a room',
    fields: [anyRoom, { name: 'nick', label: 'Nick', type: 'text-single' }, { name: 'password', label: 'Password of the room', type: 'text-private' }],
  },
  z.object({ room: jid, nick: nickname.optional(), password: z.string().max(1024).optional() }),
  ({ account }, { room: at, nick, password }) =>
    mapped(
      account.rooms.join(at, { ...(nick !== undefined && { nick }), ...(password !== undefined && { password }) }),
      (joined) => `In ${joined.room} as ${joined.nick ?? 'somebody'}, with ${joined.occupants} there.`,
    ),
);

const leave = action({ name: 'leave', title: 'Leave a room', fields: [room] }, z.object({ room: jid }), ({ account }, { room: at }) =>
  mapped(account.rooms.leave(at), () => `Left ${at}.`),
);

const nick = action(
  { name: 'nick', title: 'Change your nickname in a room', fields: [room, { name: 'nick', label: 'Nick', type: 'text-single', required: true }] },
  z.object({ room: jid, nick: nickname }),
  ({ account }, { room: at, nick: wanted }) => mapped(account.rooms.changeNick(at, wanted), () => `You are now ${wanted} in ${at}.`),
);

const say = action(
  { name: 'say', title: 'Write a message to a room', fields: [room, { name: 'text', label: 'Text', type: 'text-single', required: true }] },
  z.object({ room: jid, text: line(32_768) }),
  ({ account }, { room: at, text }) => mapped(account.sending.sendMessage(at, text), () => `Sent to ${at}.`),
);

const levels = ['always', 'on-mention', 'never', 'default'] as const;

/** XEP-0492, for all clients of the account that know it, and for what counts as a mention here. */
const notify = action(
  {
    name: 'notify',
    title: 'Notifications of a room',
    fields: [room, { name: 'level', label: 'When', type: 'list-single', required: true, options: () => levels.map((value) => ({ value, label: value })) }],
  },
  z.object({ room: jid, level: z.enum(levels, { error: `is one of ${levels.join(', ')}` }) }),
  ({ account }, { room: at, level }) => mapped(account.bookmarks.put(at, { notify: level }), () => `Notifications of ${at}: ${level}.`),
);

function attachment(name: 'attach' | 'detach', title: string): Action {
  return action({ name, title, fields: [] }, z.object({}), ({ account, resource }) =>
    mapped(account.devices.changeAt(resource, { attached: name === 'attach' }), ({ label, relay, why }) =>
      relay ? `${label} receives room messages from now on: ${why}.` : `${label} receives no room messages: ${why}.`,
    ),
  );
}

const policy = action(
  {
    name: 'policy',
    title: 'What this device receives',
    fields: [
      { name: 'policy', label: 'What it receives', type: 'list-single', required: true, options: () => policies.map((value) => ({ value, label: value })) },
      { ...room, label: 'Only for this room', required: false },
    ],
  },
  z.object({ policy: z.enum(policies, { error: `is one of ${policies.join(', ')}` }), room: jid.optional() }),
  ({ account, resource }, { policy: wanted, room: at }) =>
    mapped(account.devices.changeAt(resource, { policy: wanted, room: at }), ({ label, policy: now, policies: by }) =>
      at === undefined ? `${label} gets ${now}.` : `${label} gets ${by[at] ?? now} of ${at}.`,
    ),
);

const mentions = action(
  {
    name: 'mentions',
    title: 'Words that count as a mention on this device',
    fields: [{ name: 'words', label: 'Words, separated by commas; your nicknames and replies to you always count', type: 'text-single' }],
  },
  z.object({ words: z.string().max(2000).default('') }),
  ({ account, resource }, { words }) => {
    const list = words.split(',').map((word) => word.trim()).filter(Boolean).slice(0, 50);
    return mapped(account.devices.changeAt(resource, { words: list }), ({ label }) =>
      list.length === 0 ? `On ${label}, your nicknames and replies to you count as mentions.` : `On ${label}, these words also count as mentions: ${list.join(', ')}.`,
    );
  },
);

const digest = action(
  {
    name: 'digest',
    title: 'Text summary of mentions, for a device that accepts nothing else',
    fields: [
      { name: 'digest', label: 'Send it to this device', type: 'list-single', required: true, options: () => ['on', 'off'].map((value) => ({ value, label: value })) },
      { name: 'quiet', label: 'Quiet hours, such as 22:00-07:00', type: 'text-single' },
    ],
  },
  z.object({
    digest: z.enum(['on', 'off'], { error: 'is on or off' }),
    quiet: z.string().refine((text) => readQuiet(text) !== undefined, 'looks like 22:00-07:00').optional(),
  }),
  ({ account, resource }, { digest: wanted, quiet }) =>
    mapped(account.devices.changeAt(resource, { digest: wanted === 'off' ? 'off' : { quiet: readQuiet(quiet ?? '') } }), ({ label }) =>
      wanted === 'off' ? `${label} receives no text summary of mentions.` : `${label} receives a text summary of mentions${quiet === undefined ? '' : `, but not in ${quiet}`}.`,
    ),
);

const count = (most: number) => z.coerce.number({ error: 'is a number' }).int('is a whole number').min(1, 'is at least 1').max(most, `is at most ${most}`);

const limit = action(
  {
    name: 'limit',
    title: 'How many missed messages this device receives',
    fields: [
      { name: 'messages', label: 'Newest messages per room, at most', type: 'text-single', required: true },
      { name: 'hours', label: 'Not older than (hours)', type: 'text-single', required: true },
    ],
  },
  z.object({ messages: count(MOST_REPLAYED), hours: count(MOST_HOURS) }),
  ({ account, resource }, { messages, hours }) =>
    mapped(account.devices.changeAt(resource, { limit: { messages, hours } }), ({ label }) => `${label} receives at most ${messages} missed messages per room, from the last ${hours} hours.`),
);

const search = action(
  { name: 'search', title: 'Search the archive', fields: [{ name: 'text', label: 'Search for', type: 'text-single', required: true }] },
  z.object({ text: line(500) }),
  async ({ account, find }, { text }) => {
    const found = await find({ text, account: account.jid, limit: 20 });
    if (!found.ok) return fail('bad-query', found.message);
    const rows = found.hits.map(({ message }) => ({
      at: new Date(message.at).toISOString(),
      room: message.room,
      nick: message.nick ?? '',
      text: (readableBody(message) ?? message.subject ?? '').slice(0, 500),
    }));
    const lines = rows.map((row) => `${row.at} ${row.room} ${row.nick}: ${row.text}`).join('\n');
    return ok({ text: lines || 'No results.', table: table([['at', 'Time'], ['room', 'Room'], ['nick', 'Nick'], ['text', 'Text']], rows) });
  },
);

/** All of them, in the order in which a person is shown them. */
export const actions: readonly Action[] = [
  status,
  rooms,
  join,
  leave,
  nick,
  notify,
  say,
  attachment('attach', 'Relay the rooms to this device'),
  attachment('detach', 'Stop relaying the rooms to this device'),
  policy,
  mentions,
  digest,
  limit,
  search,
];
