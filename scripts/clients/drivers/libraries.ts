// Libraries as clients: a script of each that takes orders as JSON, one a line, and tells what it sees in the same way.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { until } from '../../../test/support/until.ts';
import type { Column, Login, RunningClient, StockClient } from '../contract.ts';

const told = z.object({ event: z.string(), body: z.string().nullish(), text: z.string().nullish() });

const NO_MEMORY = 'the library keeps nothing, and its script asks no archive for chats';

interface Library extends Pick<StockClient, 'name' | 'needs' | 'websocketOnly'> {
  readonly command: readonly string[];
  readonly env?: (login: Login) => NodeJS.ProcessEnv;
  readonly cannot?: Readonly<Partial<Record<Column, string>>>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function library({ name, needs, command, env, cannot, websocketOnly = false }: Library): StockClient {
  return {
    name, needs, websocketOnly,
    cannot: { 'chats away': NO_MEMORY, ...cannot },
    start: (login) => startLibrary(name, command, { login, env: { ...process.env, ...env?.(login) } }),
  };
}

async function startLibrary(name: string, [program = '', ...args]: readonly string[], { login, env }: { login: Login; env: NodeJS.ProcessEnv }): Promise<RunningClient> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  const heard: string[] = [];
  let [online, errors] = [false, ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.on('error', () => undefined); // it may have ended by itself
  createInterface(child.stdout).on('line', (line) => {
    if (!line.startsWith('{"event"')) return; // slixmpp 1.8 prints some of what it reads
    const { event, body, text } = told.parse(JSON.parse(line));
    if (event === 'online') online = true;
    if (event === 'refused') errors += text ?? 'refused';
    if (body && (event === 'said' || event === 'private')) heard.push(body);
  });
  const order = async (what: object): Promise<void> => void child.stdin.write(`${JSON.stringify(what)}\n`);
  await order({ ...login, carbons: true });
  await until(() => online || child.exitCode !== null, { what: `${name} to log in` });
  if (!online) throw new Error(`${name} ended: ${errors.slice(-1000)}`);
  await order({ verb: 'bookmarks' });
  return {
    join: (room, nick) => order({ verb: 'join', room, nick }),
    say: (room, body) => order({ verb: 'say', room, body }),
    nick: (room, nick) => order({ verb: 'nick', room, nick }),
    leave: (room, nick) => order({ verb: 'leave', room, nick }),
    whisper: (room, nick, body) => order({ verb: 'private', to: `${room}/${nick}`, body }),
    chat: (to, body) => order({ verb: 'private', to, body }),
    heard: async () => heard,
    async quit() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'close');
      await order({ verb: 'quit' });
      const overdue = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(overdue);
    },
  };
}

export const slixmpp = library({
  name: 'slixmpp', needs: ['python3-slixmpp'],
  command: ['/usr/bin/python3', here('../../../test/frontends/bouncer/slixmpp-room.py')],
});

export const aioxmpp = library({
  name: 'aioxmpp', needs: ['python3-aioxmpp'],
  command: ['/usr/bin/python3', here('../libraries/aioxmpp_room.py')],
});

export const xmppjs = library({
  name: '@xmpp/client', needs: [],
  command: [process.execPath, here('../libraries/xmppjs-room.ts')],
  env: ({ ca }) => ({ NODE_EXTRA_CA_CERTS: ca }), // it takes no authority of its own
  cannot: { bookmarks: 'the library has no bookmarks' },
});

export const stanzajs = library({
  name: 'stanza.js', needs: [], websocketOnly: true,
  command: [process.execPath, here('../libraries/stanza-room.ts')],
});
