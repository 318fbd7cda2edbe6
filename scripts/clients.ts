// The matrix of stock clients: each in turn directly at a server and through a bouncer, on loopback alone; what it holds is compared
// with what was said. `--server prosody|ejabberd|both` (prosody), `--only profanity,poezio`, `--columns 'login,join'`, `--keep DIR`
// (their logs). Ends with 1 where a client has less behind the bouncer than directly.
import '../test/support/no-orphans.ts';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startEjabberd } from '../test/support/servers/ejabberd.ts';
import { startProsody } from '../test/support/servers/prosody.ts';
import type { XmppServer } from '../test/support/servers/server.ts';
import { COLUMNS, type StockClient } from './clients/contract.ts';
import { gajim } from './clients/drivers/gajim.ts';
import { aioxmpp, slixmpp, stanzajs, xmppjs } from './clients/drivers/libraries.ts';
import { mcabber } from './clients/drivers/mcabber.ts';
import { pidgin } from './clients/drivers/pidgin.ts';
import { poezio } from './clients/drivers/poezio.ts';
import { profanity } from './clients/drivers/profanity.ts';
import { faultsOf, printed, type Cells, type Row } from './clients/matrix.ts';
import type { Side } from './clients/stage.ts';
import { tried } from './clients/trial.ts';

const CLIENTS: readonly StockClient[] = [profanity, poezio, mcabber, slixmpp, aioxmpp, xmppjs, stanzajs, pidgin, gajim];

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'prosody' },
    only: { type: 'string' },
    columns: { type: 'string' },
    keep: { type: 'string' },
    side: { type: 'string', default: 'both' },
    quiet: { type: 'boolean', default: false },
  },
});
const wanted = values.only?.split(',') ?? CLIENTS.map(({ name }) => name);
const unknown = wanted.filter((name) => !CLIENTS.some((client) => client.name === name));
const columns = COLUMNS.filter((name) => values.columns === undefined || name === 'login' || values.columns.split(',').includes(name));
if (!['prosody', 'ejabberd', 'both'].includes(values.server) || !['direct', 'bouncer', 'both'].includes(values.side) || unknown.length > 0) {
  console.error("usage: npm run clients -- [--server prosody|ejabberd|both] [--side direct|bouncer|both] [--only 'profanity,Gajim'] [--columns 'login,join'] [--keep DIR] [--quiet]");
  console.error(`It knows: ${CLIENTS.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const clients = CLIENTS.filter(({ name }) => wanted.includes(name));
const needs = spawnSync(process.execPath, [join(import.meta.dirname, 'need.ts'), ...new Set(clients.flatMap((client) => client.needs))], { stdio: 'inherit' });
if (needs.status !== 0) process.exit(2);

const place = values.keep === undefined ? mkdtempSync(join(tmpdir(), 'clients-')) : resolve(values.keep);
mkdirSync(place, { recursive: true });
chmodSync(place, 0o755); // for a client that refuses to be root
const servers = [
  { name: 'Prosody', kind: 'prosody', start: () => startProsody({ websocket: true }) },
  { name: 'ejabberd', kind: 'ejabberd', start: () => startEjabberd({ websocket: true }) },
].filter(({ kind }) => values.server === 'both' || values.server === kind);

async function rowOf(client: StockClient, server: XmppServer): Promise<Row> {
  const cells: Record<Side, Cells> = { direct: {}, bouncer: {} };
  for (const side of ['direct', 'bouncer'] as const) {
    if (values.side !== 'both' && values.side !== side) continue;
    const begin = performance.now();
    const tell = (line: string): void => void (values.quiet || console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${client.name}, ${side}: ${line}`));
    const dir = mkdtempSync(join(place, `${server.kind}-${client.name.replaceAll(/\W/g, '')}-${side}-`));
    chmodSync(dir, 0o755);
    cells[side] = await tried(client, server, { side, dir, columns, tell });
  }
  return { client: client.name, ...cells };
}

try {
  for (const { name, start } of servers) {
    const server = await start();
    const rows: Row[] = [];
    try {
      for (const client of clients) rows.push(await rowOf(client, server));
    } finally {
      await server.stop();
    }
    console.log(`\n${name}\n`);
    for (const line of printed(rows, columns)) console.log(line);
    if (values.side !== 'both') continue;
    for (const { client, column, why } of faultsOf(rows)) {
      console.log(`WRONG: ${client}, ${column}: ${why}`);
      process.exitCode = 1;
    }
  }
} finally {
  if (values.keep === undefined) rmSync(place, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(); // a killed child may leave a handle for which Node would wait
