import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

/** The version of what is installed in `root` now, which may be newer than what runs from it; `undefined` while it is replaced. */
export function versionIn(root: string): string | undefined {
  try {
    return z.object({ version: z.string() }).safeParse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).data?.version;
  } catch {
    return undefined; // an update is under way, or took it away
  }
}
