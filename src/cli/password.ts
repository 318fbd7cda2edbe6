import { StringDecoder } from 'node:string_decoder';
import { MinimixError } from '../core/errors.ts';
import type { World } from './context.ts';

const MOST = 1024; // characters

/** Reads the password from standard input (without its last line break), or asks for it on the terminal without showing it. */
export async function readPassword(world: World, { fromStdin, prompt, word = 'password' }: { fromStdin: boolean; prompt: string; word?: 'password' | 'passphrase' }): Promise<string> {
  const { stdin } = world;
  if (!fromStdin && !stdin.isTTY) {
    throw new MinimixError('usage', `There is no terminal to ask for the ${word}: pipe it in with --${word}-stdin.`);
  }
  const password = fromStdin ? await readAll(stdin) : await ask(world, prompt);
  if (password === '') throw new MinimixError('usage', `The ${word} is empty.`);
  if (password.length > MOST) throw new MinimixError('usage', `The ${word} is longer than ${MOST} characters.`);
  return password;
}

const LEAST = 8; // characters of a passphrase: whoever has the file can try as many as they like

/** Lets the person choose a passphrase: typed twice, or read once from standard input. */
export async function choosePassphrase(world: World, fromStdin: boolean): Promise<string> {
  const chosen = await readPassword(world, { fromStdin, prompt: 'Passphrase of the backup: ', word: 'passphrase' });
  if (chosen.length < LEAST) throw new MinimixError('usage', `The passphrase is shorter than ${LEAST} characters.`);
  const again = fromStdin ? chosen : await readPassword(world, { fromStdin: false, prompt: 'Repeat the passphrase: ', word: 'passphrase' });
  if (again !== chosen) throw new MinimixError('usage', 'The two passphrases differ.');
  return chosen;
}

async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  let typed = '';
  for await (const chunk of stdin.setEncoding('utf8')) {
    typed += String(chunk);
    if (typed.length > MOST + 2) break; // longer than the caller accepts
  }
  return typed.replace(/\r?\n$/, '');
}

/** Reads one line from the terminal in raw mode, so that nothing is echoed. */
function ask(world: World, prompt: string): Promise<string> {
  const { stdin } = world;
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder('utf8');
    let typed: string[] = [];
    const settle = (finish: () => void): void => {
      stdin.off('data', take).off('end', cancel).setRawMode(false).pause();
      world.err('\n');
      finish();
    };
    const cancel = (): void => settle(() => reject(new MinimixError('usage', 'No password was given.')));
    const take = (bytes: Buffer): void => {
      for (const key of decoder.write(bytes)) {
        if (key === '\r' || key === '\n') return settle(() => resolve(typed.join('')));
        if (key === '\u0003' || key === '\u0004') return cancel(); // ^C, ^D
        if (key === '\u007f' || key === '\b') typed.pop();
        else if (key === '\u0015')
          typed = []; // ^U
        else if (key >= ' ') typed.push(key);
      }
    };
    // Raw mode before the prompt: what the person types ahead must not be echoed either.
    stdin.setRawMode(true).resume().on('data', take).once('end', cancel);
    world.err(prompt);
  });
}
