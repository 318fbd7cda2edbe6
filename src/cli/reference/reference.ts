import { allOf, usageOf, type CommandNode, type OptionNode } from './tree.ts';

const CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'success'],
  [1, 'failure'],
  [2, 'wrong usage'],
  [3, 'no daemon is running on this home'],
  [4, 'another daemon uses this home'],
];
const PLACES: readonly (readonly [name: string, meaning: string])[] = [
  ['MINIMIX_HOME', 'the home if --home is not given; without either it is the usual place of the platform (~/.local/share/minimix)'],
  ['MINIMIX_KEYRING', 'off: store passwords in a file of the home instead of the system keyring'],
  ['MINIMIX_DEBUG', 'any value: print errors with a stack trace'],
];
const FILES: readonly (readonly [name: string, meaning: string])[] = [
  ['settings.json', 'the settings (docs/settings.md)'],
  ['archive.db', 'all messages'],
  ['secrets.json', 'passwords, if there is no keyring; only the owner can read it'],
  ['daemon.json', 'how the command line reaches the running daemon'],
];

/** The reference in Markdown: docs/cli.md. */
export function markdownOf(tree: CommandNode): string {
  const [, ...commands] = allOf(tree);
  return `# The command line

Generated from the code by \`npm run docs\`. Everything here is also in \`minimix COMMAND --help\` and in the man page.

${tree.description}

${optionTable('Options of every command', tree.options)}
## Commands

${groupsOf(tree).map(([group, nodes]) => `### ${group}\n\n${nodes.map((node) => `- [\`${node.name}\`](#${anchorOf(node)}): ${cell(node.description)}`).join('\n')}\n`).join('\n')}
${commands.map(sectionOf).join('\n')}
## Exit codes

${CODES.map(([code, meaning]) => `- ${code}: ${meaning}`).join('\n')}

## Environment

${PLACES.map(([name, meaning]) => `- \`${name}\`: ${meaning}`).join('\n')}
`;
}

/** The commands of the program by the titles of its help. */
function groupsOf({ commands }: CommandNode): [group: string, commands: CommandNode[]][] {
  return [...Map.groupBy(commands, ({ group }) => group.replace(/:$/, ''))];
}

const anchorOf = (node: CommandNode): string => node.path.join('-');

function sectionOf(node: CommandNode): string {
  const words = node.words.filter(({ description, choices }) => description !== '' || choices.length > 0);
  const lines = words.map(({ name, description, choices }) => `- \`${name}\`: ${cell([description, choices.length > 0 ? `one of ${choices.join(', ')}` : ''].filter(Boolean).join('; '))}`);
  return `### ${node.path.join(' ')}

${cell(sentence(node.description))}

\`\`\`
${usageOf(node)}
\`\`\`

${lines.length > 0 ? `${lines.join('\n')}\n\n` : ''}${optionTable('', node.options)}`;
}

function optionTable(title: string, options: readonly OptionNode[]): string {
  if (options.length === 0) return '';
  const rows = options.map((option) => `| \`${option.flags.replaceAll('|', String.raw`\|`)}\` | ${cell(meaningOf(option))} |`);
  return `${title === '' ? '' : `## ${title}\n\n`}| option | |\n| --- | --- |\n${rows.join('\n')}\n\n`;
}

function meaningOf({ description, choices, byDefault }: OptionNode): string {
  const more = [choices.length > 0 ? `one of ${choices.join(', ')}` : '', byDefault === undefined ? '' : `default ${byDefault}`].filter(Boolean);
  return more.length === 0 ? description : `${description} (${more.join('; ')})`;
}

/** Escapes angle brackets, which would be markup, and bars, which would end the cell. */
function cell(text: string): string {
  return text.replaceAll(/[<>]/g, String.raw`\$&`).replaceAll('|', String.raw`\|`);
}

function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** The man page, as man(7) roff: docs/minimix.1. */
export function manPageOf(tree: CommandNode, version: string): string {
  const [, ...commands] = allOf(tree);
  return `.\\" Made from the code by npm run docs.
.TH MINIMIX 1 "" "minimix ${roff(version)}" "User Commands"
.SH NAME
minimix \\- one XMPP account, one membership in every room, for all your devices
.SH SYNOPSIS
.B minimix
.RI [ options ]
.I command
.RI [ arguments ]
.SH DESCRIPTION
A personal always-on daemon: it joins each room once, saves every message, and passes it on to your devices.
.B minimix run
runs it; every other command talks to it, or works on its home if no daemon is running.
.SH OPTIONS
These work before or after every command.
${tree.options.map(roffOption).join('\n')}
.SH COMMANDS
${commands.map(roffCommand).join('\n')}
.SH EXIT STATUS
${CODES.map(([code, meaning]) => tagged(String(code), meaning)).join('\n')}
.SH ENVIRONMENT
${PLACES.map(([name, meaning]) => tagged(name, meaning)).join('\n')}
.SH FILES
In the home:
${FILES.map(([name, meaning]) => tagged(name, meaning)).join('\n')}
`;
}

function roffCommand(node: CommandNode): string {
  const words = node.words.filter(({ description }) => description !== '').map(({ name, description }) => tagged(name, description));
  return [`.SS ${roff(usageOf(node).replace(/^minimix /, ''))}`, roff(sentence(node.description)), ...words, ...node.options.map(roffOption)].join('\n');
}

function roffOption(option: OptionNode): string {
  return tagged(option.flags, meaningOf(option));
}

function tagged(name: string, meaning: string): string {
  return `.TP\n.B ${roff(name)}\n${roff(meaning)}`;
}

/** Escapes backslashes and hyphens, and a dot or a quotation mark at the start, which would make the line a request. */
function roff(text: string): string {
  const line = text.replaceAll('\\', String.raw`\e`).replaceAll('-', String.raw`\-`).replaceAll(/\s+/g, ' ');
  return /^[.']/.test(line) ? String.raw`\&` + line : line;
}
