// Every call of the API, on a daemon with an account: found in the router, its inputs made from its own schema, so that
// a new one is fuzzed without being listed here.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { z } from 'zod';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { homeState } from '../../src/config/lock.ts';
import { openLogFile } from '../../src/daemon/log/log-file.ts';
import { openLog } from '../../src/daemon/log/log.ts';
import { router } from '../../src/frontends/web/api/router.ts';
import { ME, startRooms } from '../support/rooms/server.ts';
import { until } from '../support/until.ts';
import { otherJson, text } from './made.ts';
import type { FuzzTarget } from './target.ts';

const ROOM = 'cave@rooms.scripted.test';

/** What is not called, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'accounts.look': 'connects to whatever address it is given',
  'accounts.add': 'connects to whatever address it is given',
  'accounts.remove': 'takes away what the other calls are about',
  'bouncer.on': 'listens where it is told, which may be beyond loopback',
  'settings.set': 'may tell the bouncer to listen and the account to connect elsewhere',
  'sandbox.begin': 'starts a server',
  events: 'does not end',
};
const leavesLoopback = (path: string): boolean => path.startsWith('outside.');

interface Call {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly input: unknown;
}

export const apiTargets: readonly FuzzTarget[] = [
  {
    name: 'a call of the API is answered or refused, and never fails',
    share: 60,
    async open() {
      const server = await startRooms();
      const home = mkdtempSync(join(tmpdir(), 'fuzz-'));
      const account = { jid: ME, resource: 'minimix', server: { host: '127.0.0.1', port: server.port }, allowPlaintext: true };
      writeFileSync(join(home, 'settings.json'), JSON.stringify({ version: 1, web: { port: 0 }, accounts: [account] }));
      writeFileSync(join(home, 'secrets.json'), JSON.stringify({ passwords: { [ME]: 'pencil' } }), { mode: 0o600 });
      const errors: string[] = [];
      // a password is made up as well as all else, and the server then refuses it
      const log = openLog((line) => void (/"level":50/.test(line) && !/The server (?:refused the login|does not accept)/.test(line) && errors.push(line)), { pretty: false, level: 'error' });
      const daemon = await startDaemon({ home, version: '0', pages: home, env: { MINIMIX_KEYRING: 'off' }, log, file: openLogFile(join(home, 'log')), verbose: false });
      const state = homeState(home);
      const token = state.held ? state.holder?.token : undefined;
      const call = (one: Call): Promise<string> => ask(daemon.url, `Bearer ${token}`, one);
      await until(async () => (await call({ path: 'status', method: 'GET', input: undefined })).includes('"online"'), { what: 'the account to be online' });
      await call({ path: 'join', method: 'POST', input: { room: ROOM, nick: 'romeo' } });
      const property = fc.asyncProperty(anyCall(), async (made) => {
        const answer = await call(made);
        if (errors.length > 0) throw new Error(`${answer}\n${errors.splice(0).join('\n')}`);
      });
      return {
        property,
        async close() {
          await daemon.stop();
          await server.stop();
          rmSync(home, { recursive: true, force: true });
        },
      };
    },
  },
];

/** Any call with what its schema asks for, and some of that spoiled. */
function anyCall(): fc.Arbitrary<Call> {
  // oxlint-disable-next-line no-underscore-dangle -- `as`: tRPC keeps each procedure's kind and schemas here, and types neither
  const procedures = Object.entries(router._def.procedures as unknown as Record<string, { _def: { type: string; inputs: z.ZodType[] } }>);
  const chosen = procedures.filter(([path]) => LEFT_OUT[path] === undefined && !leavesLoopback(path));
  return fc.oneof(
    ...chosen.map(([path, { _def: { type, inputs } }]) => {
      const schema: unknown = inputs[0] ? z.toJSONSchema(inputs[0], { io: 'input', unrepresentable: 'any' }) : {};
      const sound = fitting(schema as Schema);
      const input = fc.oneof({ weight: 1, arbitrary: sound }, { weight: 1, arbitrary: sound.chain(otherJson) });
      return input.map((made): Call => ({ path, method: type === 'query' ? 'GET' : 'POST', input: made }));
    }),
  );
}

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What fits by its name, so that more than the schema is reached. */
const byName: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  room: fc.constantFrom(ROOM, ROOM, ROOM, 'orchard@rooms.scripted.test'),
  account: fc.constant(ME),
};
const byFormat: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'date-time': fc.constantFrom('2026-11-01T10:00:00Z', '0000-01-01T00:00:00+14:00', '9999-12-31T23:59:59.999999Z', '2024-02-29T23:59:60Z'),
  uri: fc.constantFrom('https://files.test/a.png', 'http://[::1]/', 'https://files.test/%zz?a=b#c'),
};
const known = fc.constantFrom(ROOM, ME, `${ME}/minimix`, 'orchard@rooms.scripted.test', 'romeo', 'hello', '30d', '2026-11-01');

function fitting({ type, enum: values, const: only, anyOf, oneOf, allOf, properties = {}, required = [], items = {}, format = '', minimum = 0, maximum = 2 ** 53 - 1 }: Schema): fc.Arbitrary<unknown> {
  if (only !== undefined) return fc.constant(only);
  if (values) return fc.constantFrom(...values);
  const either = anyOf ?? oneOf ?? allOf;
  if (either) return fc.oneof(...either.map(fitting));
  if (type === 'object') return fc.record(Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, byName[key] ?? fitting(value)])), { requiredKeys: [...required] });
  if (type === 'array') return fc.array(fitting(items), { maxLength: 3 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return fc.oneof(fc.maxSafeInteger().map((n) => Math.min(maximum, Math.max(minimum, n % 1000))), fc.constantFrom(minimum, maximum, Math.min(maximum, 1.8e12), minimum - 1, 0.5));
  if (type === 'null') return fc.constant(null);
  if (byFormat[format]) return byFormat[format];
  return fc.oneof({ weight: 3, arbitrary: known }, { weight: 1, arbitrary: text });
}

/** Gives the answer's text; throws where it says that the daemon is at fault. */
function ask(url: string, authorization: string, { path, method, input }: Call): Promise<string> {
  const body = JSON.stringify(input) ?? '';
  const query = method === 'GET' && body !== '' ? `?input=${encodeURIComponent(body)}` : '';
  return new Promise((resolve, reject) => {
    const call = request(`${url}/api/${path}${query}`, { method, agent: false, headers: { authorization, 'content-type': 'application/json' } }, (response) => {
      let said = '';
      response.setEncoding('utf8').on('data', (part: string) => (said += part));
      response.on('end', () => {
        if ((response.statusCode ?? 500) >= 500) reject(new Error(`${path} answers ${response.statusCode}: ${said}`));
        else resolve(said);
      });
    });
    call.on('error', reject);
    call.end(method === 'POST' ? body : undefined);
  });
}
