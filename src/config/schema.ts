import { z } from 'zod';
import { accountSettings } from '../account/settings.ts';
import { bouncerSettings } from './bouncer.ts';

/** When a changed setting takes effect: at once, after the account has reconnected (it does so on its own), or after a restart. */
export type Effect = 'at once' | 'new login' | 'restart';

const MOST_ACCOUNTS = 50;
const AT_ONCE = { effect: 'at once' satisfies Effect } as const;

const log = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .meta({ ...AT_ONCE, description: 'Log level, for standard error and the log file' }),
  file: z
    .boolean()
    .default(true)
    .meta({ ...AT_ONCE, description: 'Also write the log to a file (needed by `minimix log`)' }),
  megabytes: z
    .int()
    .min(1)
    .max(1024)
    .default(10)
    .meta({ ...AT_ONCE, description: 'Size of a log file before the next one is started (megabytes)' }),
  files: z
    .int()
    .min(1)
    .max(50)
    .default(5)
    .meta({ ...AT_ONCE, description: 'Number of log files to keep; the oldest is deleted' }),
});

const watch = z.strictObject({
  health: z
    .boolean()
    .default(true)
    .meta({ ...AT_ONCE, description: 'Serve /health on localhost without login' }),
  metrics: z
    .boolean()
    .default(true)
    .meta({ ...AT_ONCE, description: 'Serve /metrics on localhost without login (Prometheus format)' }),
  names: z
    .boolean()
    .default(false)
    .meta({
      ...AT_ONCE,
      description: 'Include the names of accounts and rooms in both; every user of this computer can then read them',
    }),
  offlineMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .default(5)
    .meta({ ...AT_ONCE, description: '/health fails when an account has been offline for (minutes)' }),
  unverifiedMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .default(15)
    .meta({ ...AT_ONCE, description: '/health fails when a room has not been verified for (minutes)' }),
});

const web = z.strictObject({
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(7722)
    .meta({
      effect: 'restart' satisfies Effect,
      description: 'Port on 127.0.0.1 for the web page and the command line (next free one if taken; 0 = any)',
    }),
  otherUsers: z
    .boolean()
    .default(false)
    .meta({ effect: 'restart' satisfies Effect, description: 'Let other users of this computer reach the page; each still needs a one-time login link (Linux)' }),
});

/** The whole settings.json of a home. A key that is not listed here stays in the file and has no effect; the daemon warns of it. */
export const settingsSchema = z
  .strictObject({
    $schema: z.string().max(4096).optional().meta({ description: 'The path of this schema, for editors' }),
    version: z.literal(1).meta({ description: 'The version of this file’s format' }),
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
    context.addIssue({ code: 'custom', path: ['accounts', again, 'jid'], message: 'is listed twice' });
  });

/** The settings in force, with defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;

/** The part of JSON Schema that we write and read. */
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

/** The settings' schema as JSON Schema 2020-12; it is shipped for editors. */
export function jsonSchema(): JsonSchema {
  const made = z.toJSONSchema(settingsSchema, {
    io: 'input',
    override: ({ jsonSchema: part, path }) => {
      if (path.at(-1) === 'resource') delete part.default; // random for each account, so there is no default to show
    },
  });
  // `as`: zod's own type allows many forms that this schema never has.
  return { title: 'Settings of Minimix', ...(made as JsonSchema) };
}
