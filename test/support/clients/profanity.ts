// profanity in tmux: a stock client with strict carbons, driven through its screen.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerAddress } from '../servers/server.ts';
import { uniqueName } from '../servers/server.ts';
import type { Account } from '../servers/servers.ts';
import { until } from '../until.ts';

const exec = promisify(execFile);

export interface Profanity {
  readonly jid: string;
  type(line: string): void;
  /** Resolves with the screen once it shows all of that: it is drawn piece by piece, in no order to rely on. */
  shows(...what: readonly RegExp[]): Promise<string>;
  /** Its own log, with each stanza that it sent and got. */
  log(): string;
  close(): Promise<void>;
}

/** Starts it, logged in; its own tmux server, so that no other is touched. */
export async function runProfanity(server: ServerAddress, who: Account, resource = 'profanity'): Promise<Profanity> {
  const dir = mkdtempSync(join(tmpdir(), 'prof-'));
  const socket = join(dir, 't');
  const log = join(dir, 'log');
  const name = uniqueName('p');
  for (const sub of ['profanity', 'share/profanity']) mkdirSync(join(dir, sub), { recursive: true });
  writeFileSync(join(dir, 'share/profanity/accounts'), [
    '[test]', 'enabled=true', `jid=${who.jid}`, `server=${server.host}`, `port=${server.port}`, `resource=${resource}`,
    `password=${who.password}`, 'tls.policy=trust', 'presence.last=online', 'presence.login=online', '',
  ].join('\n'));
  writeFileSync(join(dir, 'profanity/profrc'), '[ui]\nsplash=false\n[connection]\n[notifications]\n[logging]\nchlog=false\n');
  const env = { ...process.env, XDG_CONFIG_HOME: dir, XDG_DATA_HOME: join(dir, 'share'), HOME: dir, TERM: 'xterm', LANG: 'C.UTF-8' };
  const tmux = (...args: string[]): Promise<{ stdout: string }> => exec('tmux', ['-S', socket, ...args], { env });
  await tmux('-f', '/dev/null', 'new-session', '-d', '-s', name, '-x', '200', '-y', '50', `profanity -l DEBUG -f ${log} -a test`);
  const screen = async (): Promise<string> => (await tmux('capture-pane', '-p', '-t', name)).stdout;
  /** One line after the other: the keys of two at once would be one line. */
  let typed: Promise<unknown> = Promise.resolve();
  const shows: Profanity['shows'] = async (...what) => {
    await typed;
    return until(async () => {
      const now = await screen();
      if (what.every((one) => one.test(now))) return now;
      throw new Error(`it shows\n${now.trimEnd()}`);
    }, { what: `profanity to show ${what.join(' and ')}`, every: 100, deadline: 60_000 });
  };
  const profanity: Profanity = {
    jid: `${who.jid}/${resource}`,
    type: (line) => void (typed = typed.then(() => tmux('send-keys', '-t', name, '-l', line)).then(() => tmux('send-keys', '-t', name, 'Enter'))),
    shows,
    log: () => readFileSync(log, 'utf8'),
    async close() {
      await tmux('kill-server').catch(() => undefined); // it may have ended by itself
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await shows(/logged in successfully|is online/i);
  } catch (error) {
    await profanity.close();
    throw error;
  }
  return profanity;
}
