import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '../../config/program.ts';

/** Browsers that show one page as a window of its own, by the desktop file of the person's choice. */
const AS_WINDOW: readonly (readonly [desktop: RegExp, programs: readonly string[]])[] = [
  [/^(org\.)?chromium/i, ['chromium', 'chromium-browser']],
  [/^google-chrome/i, ['google-chrome', 'google-chrome-stable']],
  [/^brave/i, ['brave-browser', 'brave']],
  [/^microsoft-edge/i, ['microsoft-edge', 'microsoft-edge-stable']],
  [/^vivaldi/i, ['vivaldi', 'vivaldi-stable']],
];

/** Rejects with a sentence where there is nothing to open it with. */
type OpenUrl = (url: string, activation: string | undefined) => Promise<void>;

/**
 * Opens an address in the person's browser: as a window of its own where the browser can, else as a tab. The one-time address
 * stands on a command line, which others on the computer can read; the daemon lets none but its own user in.
 */
export function openBrowser(env: NodeJS.ProcessEnv): OpenUrl {
  return async (url, activation) => {
    const [program, ...args] = await commandFor(url, env);
    await started(program, args, activation === undefined ? env : { ...env, XDG_ACTIVATION_TOKEN: activation, DESKTOP_STARTUP_ID: activation });
  };
}

/** Opens a file with the person's program for it. */
export function openFile(env: NodeJS.ProcessEnv): (path: string) => Promise<void> {
  return async (path) => {
    const [program, ...args] = openerOf(path, env) ?? [];
    if (program === undefined) throw new Error(`Nothing was found to open it with: ${path}`);
    await started(program, args, env);
  };
}

function openerOf(what: string, env: NodeJS.ProcessEnv): [string, ...string[]] | undefined {
  if (findProgram('xdg-open', env)) return ['xdg-open', what];
  return findProgram('gio', env) ? ['gio', 'open', what] : undefined;
}

async function commandFor(url: string, env: NodeJS.ProcessEnv): Promise<[string, ...string[]]> {
  const chosen = await defaultBrowser(env);
  const program = AS_WINDOW.filter(([desktop]) => desktop.test(chosen)).flatMap(([, programs]) => programs).find((name) => findProgram(name, env));
  if (program !== undefined) return [program, `--app=${url}`];
  const opener = openerOf(url, env);
  if (opener) return opener;
  throw new Error('No browser was found: install xdg-utils, or run `minimix page` and open its address yourself.');
}

/** The name of its desktop file; empty where nothing says. */
async function defaultBrowser(env: NodeJS.ProcessEnv): Promise<string> {
  try {
    return (await promisify(execFile)('xdg-settings', ['get', 'default-web-browser'], { env, timeout: 5000 })).stdout.trim();
  } catch {
    return ''; // not installed, or a desktop that it does not know
  }
}

function started(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'ignore', detached: true });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}
