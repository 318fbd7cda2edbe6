// docs/settings.md and docs/settings.schema.json, made of the schema; `npm run docs` writes them, a test holds them to it.
import { catalogue, type CatalogueSetting } from './settings-list.ts';
import { jsonSchema } from './schema.ts';

/** The shipped JSON Schema. */
export function schemaFile(): string {
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`;
}

const INTRO = `# Settings

<!-- Made by \`npm run docs\` out of src/config/schema.ts: change it there. -->

All settings are in one file, \`settings.json\` in the home (\`minimix settings path\` prints where). Change it by hand, with
\`minimix settings set\`, or on the page. A running daemon notices a change of the file within a second.

\`\`\`sh
minimix settings list                          # each with its value; * marks those that are not at their default
minimix settings get log.level
minimix settings set log.level debug
minimix settings set account.chat off --account alice@example.org
minimix settings set account.server '{"host": "xmpp.example.org", "port": 5222}'
minimix settings set log.level --default       # back to the default
\`\`\`

- The file is JSON, in which comments (\`//\`, \`/* */\`) and trailing commas may stand. What the daemon, the command
  line or the page changes is that value alone; all else stays as it was written. It is written whole or not at all, for
  its owner only (0600).
- A file that cannot be read, or holds what a setting does not take, is refused with line, column and reason, and the
  last good settings stay in force: \`minimix status\`, the page and the log say so. They lie in \`settings.good.json\`,
  from which a start takes them too. Until the file is fixed, nothing is written to it.
- An unknown key stays in the file and has no effect; Minimix warns of it.
- Editors check the file against [settings.schema.json](settings.schema.json) where it begins with a \`"$schema"\` that
  leads there.
- Passwords are never in it. What is chosen for one room or one device (nick, policy, retention, …) lies in the archive,
  with what it is about; the language of the page in the browser, the tray's own choices beside it.

“At once” takes effect without a restart; “new login” makes the daemon reconnect the account; “restart” takes effect after the next
start, and \`minimix settings set\` says so.
`;

const GROUPS: readonly (readonly [prefix: string, title: string])[] = [
  ['log.', 'Log'],
  ['watch.', 'Monitoring'],
  ['web.', 'Web page'],
  ['bouncer.', 'Local login (bouncer)'],
  ['account.', 'Each account'],
];

export function settingsReference(): string {
  const told = GROUPS.map(([prefix, title]) => `## ${title}\n\n${tableOf(catalogue.filter(({ key }) => key.startsWith(prefix)))}`);
  const others = catalogue.filter(({ key }) => !GROUPS.some(([prefix]) => key.startsWith(prefix)));
  const rest = others.length === 0 ? [] : [`## More\n\n${tableOf(others)}`];
  return `${[INTRO.trimEnd(), ...told, ...rest].join('\n\n')}\n`;
}

function tableOf(settings: readonly CatalogueSetting[]): string {
  const rows = settings.map(({ key, description, effect, byDefault, ...rest }) =>
    [`\`${key}\``, kindOf(rest), byDefault === null ? '' : `\`${String(byDefault)}\``, effect, description].join(' | '),
  );
  return ['setting | values | default | takes effect | what it is', '--- | --- | --- | --- | ---', ...rows].map((row) => `| ${row} |`).join('\n');
}

function kindOf({ kind, choices, least, most }: Pick<CatalogueSetting, 'kind' | 'choices' | 'least' | 'most'>): string {
  if (kind === 'choice') return choices.map((choice) => `\`${choice}\``).join(', ');
  if (kind === 'flag') return '`true`, `false`';
  if (kind === 'number') return `${least ?? ''} to ${most ?? ''}`;
  return kind === 'list' ? 'a list of texts' : 'text';
}
