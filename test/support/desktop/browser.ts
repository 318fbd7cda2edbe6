// A person's browser: a program that writes down what it was to open.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Browser {
  /** The environment in which it is found, and nothing else is. */
  readonly env: NodeJS.ProcessEnv;
  /** The addresses that it was given. */
  readonly opened: readonly string[];
  /** The desktop's permission that came with each; empty where none did. */
  readonly tokens: readonly string[];
  remove(): void;
}

/** `name` is the program by which it is found. */
export function startBrowser(dir: string, name = 'xdg-open'): Browser {
  const [bin, log] = [join(dir, 'browser-bin'), join(dir, 'browser.log')];
  const program = join(bin, name);
  mkdirSync(bin);
  writeFileSync(log, '');
  writeFileSync(program, `#!/bin/sh\nprintf '%s %s\\n' "$1" "$XDG_ACTIVATION_TOKEN" >>'${log}'\n`);
  chmodSync(program, 0o755);
  const lines = (): string[][] => readFileSync(log, 'utf8').split('\n').filter(Boolean).map((line) => line.split(' '));
  return {
    env: { PATH: bin },
    get opened() {
      return lines().map(([url]) => url ?? '');
    },
    get tokens() {
      return lines().map(([, token]) => token ?? '');
    },
    remove: () => rmSync(program),
  };
}
