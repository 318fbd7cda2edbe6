import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';

/** What V8 takes only before it starts; bin/minimix has the same, and says why. */
export const NODE_FLAGS: readonly string[] = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8', '--max-old-space-size=768'];

interface ProgramCommand {
  readonly command: readonly [program: string, ...args: string[]];
  /** Tells an Electron to be a Node. */
  readonly env: Readonly<Record<string, string>>;
}

/** How Minimix is started whose entry is `main`: by the script beside it, else by the Node, or Electron, that runs this. */
export function programOf(main: string): ProgramCommand {
  const script = join(dirname(main), '../bin/minimix');
  if (existsSync(script)) return { command: [script], env: {} };
  return { command: [process.execPath, ...NODE_FLAGS, main], env: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' } };
}

/** The same for whoever takes a command alone, such as a systemd unit. */
export function bareCommand({ command, env }: ProgramCommand): readonly string[] {
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return set.length === 0 ? command : ['/usr/bin/env', ...set, ...command];
}

/** Where a program of that name lies that this user may run: in PATH, else in one of the other folders. */
export function findProgram(name: string, env: NodeJS.ProcessEnv, others: readonly string[] = []): string | undefined {
  return [...(env['PATH'] ?? '').split(delimiter), ...others].map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // missing, or this user may not run it
  }
}

/** The version of what is installed in `root` now, which may be newer than what runs from it; `undefined` while it is replaced. */
export function versionIn(root: string): string | undefined {
  try {
    return z.object({ version: z.string() }).safeParse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).data?.version;
  } catch {
    return undefined; // an update is under way, or took it away
  }
}
