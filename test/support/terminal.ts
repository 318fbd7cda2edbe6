// A command of ours on a terminal, as a person has it: a pseudo-terminal by `script` of util-linux (Debian: essential).
import { spawn } from 'node:child_process';
import { bin } from './daemon.ts';
import { until } from './until.ts';

export interface Terminal {
  /** All that was shown so far, what was typed included, for a terminal echoes. */
  shown(): string;
  /** Waits until that is shown after what was shown at the last call, then types the line; a control character without its end. */
  answer(prompt: string, line: string): Promise<void>;
  /** Resolves with the exit code. */
  ended(): Promise<number>;
  kill(): void;
}

export function runInTerminal(args: readonly string[], env: NodeJS.ProcessEnv): Terminal {
  const quoted = [bin, ...args].map((arg) => `'${arg.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', quoted, '/dev/null'], { env: { ...process.env, ...env, SHELL: '/bin/sh' }, stdio: 'pipe' });
  let [text, seen] = ['', 0];
  let code: number | undefined;
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.once('close', (status) => (code = status ?? -1));
  child.stdin.on('error', () => undefined); // it may have ended before it was told
  return {
    shown: () => text.replaceAll('\r', ''),
    async answer(prompt, line) {
      await until(() => text.includes(prompt, seen) || code !== undefined, { what: `“${prompt}” on the terminal, which shows: ${text.slice(-500)}`, deadline: 60_000 });
      if (!text.includes(prompt, seen)) throw new Error(`it ended with ${code} before “${prompt}”: ${text}`);
      seen = text.indexOf(prompt, seen) + prompt.length;
      child.stdin.write(/^\p{Cc}$/u.test(line) ? line : `${line}\r`);
    },
    async ended() {
      await until(() => code !== undefined, { what: `the command to end; it shows: ${text.slice(-500)}`, deadline: 60_000 });
      return code ?? -1;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
