// Real programs as devices: in a terminal of their own (tmux), or a script that speaks JSON.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { feed, until, type Feed } from '../../support/until.ts';

const run = promisify(execFile);

/** What `minimix device add --json` prints, as far as a client needs it. */
export interface DeviceLogin {
  readonly jid: string;
  readonly host: string;
  readonly port: number;
  readonly password: string;
  readonly ca: string;
}

export interface Terminal {
  /** Types a line. */
  type(line: string): Promise<void>;
  /** Types what does not show. */
  secret(text: string): Promise<void>;
  /** Presses one key, by tmux's name for it. */
  press(key: string): Promise<void>;
  screen(): Promise<string>;
  /** Resolves once the text stands on the screen. */
  shows(text: string | RegExp, deadline?: number): Promise<void>;
  close(): Promise<void>;
}

/** Runs a program in a terminal of 160 by 50. */
export async function openTerminal(command: string, env: Record<string, string>): Promise<Terminal> {
  const dir = mkdtempSync(join(tmpdir(), 'tmux-'));
  const tmux = (...args: string[]) => run('tmux', ['-S', join(dir, 's'), ...args], { env: { ...process.env, TMUX: '' } });
  const settings = Object.entries({ LC_ALL: 'C.UTF-8', TERM: 'screen-256color', ...env }).map(([name, value]) => `${name}='${value}'`);
  await tmux('-f', '/dev/null', 'new-session', '-d', '-x', '160', '-y', '50', `${settings.join(' ')} ${command}`);
  const screen = async (): Promise<string> => (await tmux('capture-pane', '-p')).stdout;
  /** The bottom row, where all of them have the line that is being typed. */
  const input = async (): Promise<string> => (await screen().catch(() => '')).trimEnd().split('\n').at(-1) ?? '';
  return {
    async type(line) {
      // poezio takes what comes in one go as pasted, and its roster takes a letter as a command
      const [first = '', ...rest] = line;
      const before = await screen();
      await tmux('send-keys', '-l', first);
      await until(async () => (await screen()) !== before && (await input()).endsWith(first), { what: `${first} to be taken` });
      await tmux('send-keys', '-l', rest.join(''));
      await until(async () => (await input()).endsWith(line.slice(-20)), { what: `the line to be typed: ${line}` });
      await tmux('send-keys', 'Enter');
      // with the first letter of the next line it would be one go
      await until(async () => !(await input()).endsWith(line.slice(-20)), { what: `the line to be taken: ${line}` });
    },
    async secret(text) {
      await tmux('send-keys', '-l', text);
      await tmux('send-keys', 'Enter');
    },
    press: async (key) => void (await tmux('send-keys', key)),
    screen,
    async shows(text, deadline = 60_000) {
      let last = '';
      const looks = async (): Promise<boolean> => {
        last = await screen();
        return typeof text === 'string' ? last.includes(text) : text.test(last);
      };
      await until(looks, { deadline, what: `the screen to show ${String(text)}`, every: 100 }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${last}`, { cause: error });
      });
    },
    async close() {
      await tmux('kill-server').catch(() => undefined); // the program may have ended it already
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** profanity, logged in through the bouncer by the lines of docs/devices.md. */
export async function openProfanity({ jid, host, port, password }: DeviceLogin): Promise<Terminal> {
  const dir = mkdtempSync(join(tmpdir(), 'profanity-'));
  const docs = readFileSync(new URL('../../../docs/devices.md', import.meta.url), 'utf8');
  const lines = /## profanity\s+```\n([^]*?)```/.exec(docs)?.[1]?.trim().split('\n') ?? [];
  const ours = (line: string): string => line.replace('alice@example.org', jid).replace('127.0.0.1', host).replace('15222', String(port));
  write(join(dir, 'config/profanity/profrc'), '[ui]\nsplash=false\n[notifications]\nremind=0\n');
  const terminal = await openTerminal(`profanity -l DEBUG -f ${join(dir, 'log')}`, {
    XDG_DATA_HOME: join(dir, 'data'), XDG_CONFIG_HOME: join(dir, 'config'), HOME: dir,
  });
  await terminal.shows(/\[\d\d:\d\d\]/);
  for (const line of lines) await terminal.type(ours(line));
  await terminal.shows('password:');
  await terminal.secret(password);
  return closing(terminal, dir);
}

const NOBODY = 65_534;

/** poezio, which refuses root, logged in through the bouncer with the authority checked. */
export async function openPoezio({ jid, host, port, password, ca }: DeviceLogin, authority: string): Promise<Terminal> {
  const dir = mkdtempSync(join(tmpdir(), 'poezio-'));
  const config = {
    jid: `${jid}/poezio`, password, custom_host: host, custom_port: String(port), ca_cert_path: join(dir, 'ca.pem'),
    default_nick: 'Ali', use_bookmarks_method: 'local', synchronise_open_rooms: 'false', enable_smacks: 'true', show_tab_numbers: 'true', use_log: 'false', rooms: '',
    log_dir: join(dir, 'logs'), plugins_dir: join(dir, 'plugins'), themes_dir: join(dir, 'themes'),
  };
  write(join(dir, 'ca.pem'), authority);
  write(join(dir, 'poezio.cfg'), `[Poezio]\n${Object.entries(config).map(([key, value]) => `${key} = ${value}`).join('\n')}\n`);
  chmodSync(dir, 0o755);
  for (const path of [dir, join(dir, 'ca.pem'), join(dir, 'poezio.cfg')]) chownSync(path, NOBODY, NOBODY);
  const drop = process.getuid?.() === 0 ? `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups ` : '';
  if (ca === '') throw new Error('there is no authority to trust');
  const terminal = await openTerminal(`${drop}poezio -f ${join(dir, 'poezio.cfg')} -d ${join(dir, 'debug')}`, {
    HOME: dir, XDG_DATA_HOME: join(dir, 'data'), XDG_CONFIG_HOME: join(dir, 'config'), XDG_CACHE_HOME: join(dir, 'cache'),
  });
  return closing(terminal, dir);
}

function closing(terminal: Terminal, dir: string): Terminal {
  return {
    ...terminal,
    async close() {
      await terminal.close();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export interface SlixmppEvent {
  readonly event: string;
  readonly room?: string;
  readonly nick?: string;
  readonly body?: string;
  readonly text?: string;
  readonly type?: string;
  readonly codes?: readonly string[];
  readonly delayed?: boolean;
  readonly mechanism?: string;
  /** Whether it could bind its login to the TLS channel. */
  readonly binds?: boolean;
  readonly sender?: string;
  readonly jid?: string;
}

export interface Slixmpp extends Pick<Feed<SlixmppEvent>, 'next' | 'all'> {
  order(order: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

/** The script beside this file, logged in through the bouncer. */
export function openSlixmpp(login: DeviceLogin): Slixmpp {
  const script = fileURLToPath(new URL('slixmpp-room.py', import.meta.url));
  const child = spawn('/usr/bin/python3', [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  const events = feed<SlixmppEvent>();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{"event"')) events.push(JSON.parse(line)); // slixmpp 1.8 prints some of what it reads
  });
  child.once('close', () => events.end(`slixmpp ended: ${err.slice(-2000)}`));
  const order = (what: object): void => void child.stdin.write(`${JSON.stringify(what)}\n`);
  child.stdin.on('error', () => undefined);
  order(login);
  return {
    next: events.next,
    all: events.all,
    order,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = new Promise((resolve) => { child.once('close', resolve); });
      child.kill();
      await closed;
    },
  };
}
