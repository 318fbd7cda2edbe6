import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { MinimixError } from '../core/errors.ts';
import { siblingProgram } from '../core/sibling.ts';
import { readIfThere, writeWhole } from './files.ts';

const PROBE = 4000; // milliseconds: is there a keyring at all?
const ASK = 60_000; // milliseconds: a person may be asked to unlock it

/** The accounts' passwords: in the system's keyring where it works, else in secrets.json (0600). */
export interface Secrets {
  read(jid: string): Promise<string | undefined>;
  /** Says where it went. */
  write(jid: string, password: string): Promise<'keyring' | 'file'>;
  remove(jid: string): Promise<void>;
}

const contents = z.strictObject({ passwords: z.record(z.string(), z.string()) });

export function openSecrets(home: string, env: NodeJS.ProcessEnv): Secrets {
  const path = join(home, 'secrets.json');
  const service = `Minimix (${home})`;
  const keyring = (order: KeyringOrder['verb'], jid: string, password?: string): Promise<KeyringAnswer> =>
    askKeyring({ verb: order, service, jid, ...(password === undefined ? {} : { password }) }, ASK);

  const load = (): Record<string, string> => {
    const text = readIfThere(path);
    if (text === undefined) return {};
    try {
      return contents.parse(JSON.parse(text)).passwords;
    } catch (cause) {
      // The cause would quote the file, passwords included.
      throw new MinimixError(
        'bad-secrets',
        `${path} cannot be read: Minimix did not write it like this.`,
        typeof cause,
      );
    }
  };
  const save = (passwords: Record<string, string>): void => {
    writeWhole(path, `${JSON.stringify({ passwords }, undefined, 2)}\n`);
  };
  const forget = (jid: string): void => {
    const { [jid]: gone, ...rest } = load();
    if (gone !== undefined) save(rest);
  };

  return {
    async read(jid) {
      const kept = load()[jid];
      if (kept !== undefined || !mayHaveKeyring(env)) return kept;
      const answer = await keyring('read', jid);
      if (answer.ok) return answer.password ?? undefined;
      throw new MinimixError('keyring', `The keyring does not return the password of ${jid}: ${answer.why}.`);
    },
    async write(jid, password) {
      const usable = mayHaveKeyring(env) && (await askKeyring({ verb: 'read', service, jid }, PROBE)).ok;
      if (usable && (await keyring('write', jid, password)).ok) {
        forget(jid);
        return 'keyring';
      }
      save({ ...load(), [jid]: password });
      return 'file';
    },
    async remove(jid) {
      forget(jid);
      if (mayHaveKeyring(env)) await keyring('remove', jid); // where it fails there is nothing more to do
    },
  };
}

/** No JID: no account can have this name. */
export const TOKEN_KEY = 'minimix:device-tokens';
const KEY_BYTES = 32;

/** The key by which the tokens of the bouncer's devices are encrypted (XEP-0484), made on first use; it lies where the passwords do. */
export async function deviceTokenKey(secrets: Secrets): Promise<Buffer> {
  const known = Buffer.from((await secrets.read(TOKEN_KEY)) ?? '', 'base64url');
  if (known.length === KEY_BYTES) return known;
  const made = randomBytes(KEY_BYTES);
  await secrets.write(TOKEN_KEY, made.toString('base64url'));
  return made;
}

/** Whether passwords can go to a keyring: `off` where this session has none. */
export async function findKeyring(home: string, env: NodeJS.ProcessEnv): Promise<'works' | 'off' | { readonly why: string }> {
  if (!mayHaveKeyring(env)) return 'off';
  const answer = await askKeyring({ verb: 'read', service: `Minimix (${home})`, jid: 'nobody' }, PROBE);
  return answer.ok ? 'works' : { why: answer.why };
}

function mayHaveKeyring(env: NodeJS.ProcessEnv): boolean {
  if (env['MINIMIX_KEYRING'] === 'off') return false;
  if (process.platform !== 'linux') return true;
  const bus = env['XDG_RUNTIME_DIR'];
  return Boolean(env['DBUS_SESSION_BUS_ADDRESS']) || (bus !== undefined && existsSync(join(bus, 'bus')));
}

export interface KeyringOrder {
  readonly verb: 'read' | 'write' | 'remove';
  readonly service: string;
  readonly jid: string;
  readonly password?: string;
}

const keyringAnswer = z.union([
  z.object({ ok: z.literal(true), password: z.string().nullable() }),
  z.object({ ok: z.literal(false), why: z.string() }),
]);

export type KeyringAnswer = z.output<typeof keyringAnswer>;

/**
 * One order, carried out in a process of its own: the keyring's library blocks its thread while D-Bus does
 * not answer, and only a process can be given up. The password goes through a pipe, never through arguments.
 */
function askKeyring(order: KeyringOrder, deadline: number): Promise<KeyringAnswer> {
  return new Promise((resolve) => {
    const program = fileURLToPath(siblingProgram(import.meta.url, 'keyring'));
    const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), deadline);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const settle = (): void => {
      clearTimeout(timer);
      resolve(readAnswer(text));
    };
    child.on('error', settle).on('close', settle);
    child.stdin.on('error', settle).end(JSON.stringify(order));
  });
}

function readAnswer(text: string): KeyringAnswer {
  const silent = { ok: false, why: 'it does not answer' } as const;
  try {
    return keyringAnswer.safeParse(JSON.parse(text)).data ?? silent;
  } catch {
    return silent; // not JSON: it was ended before it answered
  }
}
