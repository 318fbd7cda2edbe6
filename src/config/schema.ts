import { z } from 'zod';
import { accountSettings } from '../account/settings.ts';
import { bouncerSettings } from './bouncer.ts';

/** When a changed setting counts: at once, after the account logs in anew (by itself), or at the next start. */
export type Effect = 'at once' | 'new login' | 'restart';

const MOST_ACCOUNTS = 50;
const AT_ONCE = { effect: 'at once' satisfies Effect } as const;

const log = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .meta({ ...AT_ONCE, description: 'How much is logged, on standard error and in the file.' }),
  file: z
    .boolean()
    .default(true)
    .meta({ ...AT_ONCE, description: 'Whether the log is also kept in the home, for `minimix log`.' }),
  megabytes: z
    .int()
    .min(1)
    .max(1024)
    .default(10)
    .meta({ ...AT_ONCE, description: 'How large one file of the log grows before the next is begun.' }),
  files: z
    .int()
    .min(1)
    .max(50)
    .default(5)
    .meta({ ...AT_ONCE, description: 'How many files of the log are kept; the oldest goes.' }),
});

const watch = z.strictObject({
  health: z
    .boolean()
    .default(true)
    .meta({ ...AT_ONCE, description: 'Whether /health answers on loopback, without a login.' }),
  metrics: z
    .boolean()
    .default(true)
    .meta({ ...AT_ONCE, description: 'Whether /metrics answers on loopback, without a login, in the text format of Prometheus.' }),
  names: z
    .boolean()
    .default(false)
    .meta({
      ...AT_ONCE,
      description: 'Whether both name accounts and rooms. Every user of this computer can ask them; without it they only count.',
    }),
  offlineMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .default(5)
    .meta({ ...AT_ONCE, description: 'After how long offline an account makes /health fail.' }),
  unverifiedMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .default(15)
    .meta({ ...AT_ONCE, description: 'After how long without proof that we are in it a room makes /health fail.' }),
});

const web = z.strictObject({
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(7722)
    .meta({
      effect: 'restart' satisfies Effect,
      description: 'The port of 127.0.0.1 for the page and the command line; the next one that is free where it is taken, 0 for any.',
    }),
});

/** The home's settings.json, whole. What is not listed here is kept in the file, warned of, and does nothing. */
export const settingsSchema = z
  .strictObject({
    $schema: z.string().max(4096).optional().meta({ description: 'For editors: where this schema lies.' }),
    version: z.literal(1).meta({ description: 'The version of this file’s format.' }),
    log: log.prefault({}),
    watch: watch.prefault({}),
    web: web.prefault({}),
    bouncer: bouncerSettings.optional(),
    accounts: z.array(accountSettings).max(MOST_ACCOUNTS),
  })
  .superRefine(({ accounts }, context) => {
    const jids = accounts.map(({ jid }) => jid);
    const again = jids.findIndex((jid, at) => jids.indexOf(jid) < at);
    if (again === -1) return;
    context.addIssue({ code: 'custom', path: ['accounts', again, 'jid'], message: 'is there twice: each account stands once' });
  });

/** The settings as they are in force, defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;

/** What of a JSON Schema we make and read. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly effect?: Effect;
  readonly type?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
}

/** The schema as JSON Schema 2020-12, as it is shipped for editors. */
export function jsonSchema(): JsonSchema {
  const made = z.toJSONSchema(settingsSchema, {
    io: 'input',
    override: ({ jsonSchema: part, path }) => {
      if (path.at(-1) === 'resource') delete part.default; // drawn anew for each account
    },
  });
  // `as`: zod's own type has many more forms than this schema makes.
  return { title: 'Settings of Minimix', ...(made as JsonSchema) };
}
