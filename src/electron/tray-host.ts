import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a program; resolves with what it printed, or rejects where it is not there, fails or is too slow. */
export type Run = (program: string, args: readonly string[]) => Promise<string>;

const NAME = 'org.kde.StatusNotifierWatcher';
const PATH = '/StatusNotifierWatcher';
const PROPERTY = 'IsStatusNotifierHostRegistered';

/** The same question to the session bus, with each tool that a desktop may have. */
const QUESTIONS: readonly (readonly [program: string, args: readonly string[], yes: RegExp])[] = [
  ['busctl', ['--user', '--timeout=2', 'get-property', NAME, PATH, NAME, PROPERTY], /^b true$/m],
  ['gdbus', ['call', '--session', '--timeout', '2', '--dest', NAME, '--object-path', PATH, '--method', 'org.freedesktop.DBus.Properties.Get', NAME, PROPERTY], /<true>/],
  [
    'dbus-send',
    ['--session', '--print-reply', '--reply-timeout=2000', `--dest=${NAME}`, PATH, 'org.freedesktop.DBus.Properties.Get', `string:${NAME}`, `string:${PROPERTY}`],
    /boolean true/,
  ],
];

/**
 * Whether the desktop shows tray icons: on Linux, whether a StatusNotifier host is registered (FreeDesktop's
 * StatusNotifierItem). Where nothing answers the answer is no: then nothing may be hidden.
 */
export async function hasTrayHost(platform: NodeJS.Platform = process.platform, run: Run = runProgram): Promise<boolean> {
  if (platform === 'darwin' || platform === 'win32') return true;
  for (const [program, args, yes] of QUESTIONS) {
    try {
      return yes.test(await run(program, args));
    } catch {
      continue; // not installed, or no watcher on the bus: the next one says the same, or is the one that is there
    }
  }
  return false;
}

const call = promisify(execFile);
const runProgram: Run = async (program, args) => (await call(program, args, { timeout: 3000, maxBuffer: 16_384 })).stdout;
