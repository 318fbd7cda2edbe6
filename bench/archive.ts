/** npm run bench archive [messages]: what appending, reading, searching and keeping cost. Prints, and judges nothing. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { openArchive } from '../src/archive/archive.ts';
import { openWorkerClient } from '../src/archive/search/worker-client.ts';
import type { Archive } from '../src/archive/contract.ts';
import { bare, byC, byShell, feedOf, ours, receivedOf, type Cost } from './archive-append.ts';
import { figure } from './figure.ts';
import { ACCOUNT, messages, roomOf, ROOMS, seeded, VOCABULARY, wordOf, zipf } from './archive-made.ts';

const ROUNDS = 9;

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

/** All in turns, some rounds of them: what the machine does beside us falls on all alike. Warm, as a daemon is. */
function appendFigures(home: string): void {
  ours(home, receivedOf(20_000), 10);
  bare(home, feedOf(home, 20_000), 10);
  for (const [count, burst, name] of [
    [6_000, 1, 'one a transaction'],
    [40_000, 25, '25 a transaction'],
  ] as const) {
    const [all, feed] = [receivedOf(count), feedOf(home, count)];
    const rounds = Array.from({ length: ROUNDS }, () => ({
      ours: ours(home, all, burst),
      bare: bare(home, feed, burst),
      C: byC(home, feed, burst),
      shell: byShell(home, feed, burst),
    }));
    tabulate(burst, rounds);
    console.log(`append, ${name} (us a message, medians of ${ROUNDS}; ours as a multiple by wall, by its least, by CPU)`);
    for (const who of ['ours', 'bare', 'C', 'shell'] as const) {
      const costs = rounds.map((round) => round[who]).filter((cost) => cost !== undefined);
      if (costs.length > 0) tell(who, costs, rounds.map((round) => round.ours));
    }
  }
}

function tabulate(burst: number, rounds: readonly { readonly ours: Cost; readonly bare: Cost; readonly C: Cost | undefined }[]): void {
  const cpu = (who: 'ours' | 'bare' | 'C'): number => median(rounds.flatMap((round) => round[who]?.cpu ?? []));
  const what = `a message kept, ${burst === 1 ? 'each by itself' : `${burst} at once`}, CPU`;
  const [own, c] = [cpu('ours'), cpu('C')];
  const bareToo = `node:sqlite ${cpu('bare').toFixed(0)} us`;
  const minimix = `${own.toFixed(0)} us`;
  if (Number.isNaN(c)) figure({ what, minimix, beside: `bare ${bareToo}`, ratio: own / cpu('bare') });
  else figure({ what, minimix, beside: `C ${c.toFixed(0)} us (bare ${bareToo})`, ratio: own / c });
}

function tell(who: string, costs: readonly Cost[], our: readonly Cost[]): void {
  const [walls, cpus] = [costs.map(({ wall }) => wall), costs.map(({ cpu }) => cpu)];
  const [ourWalls, ourCpus] = [our.map(({ wall }) => wall), our.map(({ cpu }) => cpu)];
  const by = (mine: number, theirs: number): string => `${(mine / theirs).toFixed(2)}x`;
  const ratios = [by(median(ourWalls), median(walls)), by(Math.min(...ourWalls), Math.min(...walls))];
  const cpu = who === 'shell' ? '' : `${median(cpus).toFixed(1)} CPU`;
  if (cpu !== '') ratios.push(by(median(ourCpus), median(cpus)));
  const rate = `${Math.round(1e6 / median(walls))} messages/s`;
  console.log(`  ${who.padEnd(6)} ${median(walls).toFixed(1).padStart(7)}  ${cpu.padEnd(10)} ${ratios.join(' ')}  ${rate}`);
}

function fill(path: string, total: number): number {
  const archive = openArchive(path);
  const made = messages();
  let bytes = 0;
  let newest = 0;
  for (let n = 0; n < total; n += 100) {
    archive.transaction(() => {
      for (let part = 0; part < 100; part++) {
        const message = made.next().value;
        bytes += Buffer.byteLength(message.xml);
        newest = message.arrivedAt;
        archive.append(message);
      }
    });
  }
  archive.close();
  const warm = statSync(path).size / bytes;
  console.log(`size of ${total} messages: ${warm.toFixed(2)} bytes on disk a byte of XML while warm`);
  const cold = openArchive(path);
  while (cold.tidy(newest + 31 * 86_400_000));
  cold.close();
  const size = statSync(path).size;
  figure({ what: 'bytes on disk with index, a byte of XML', minimix: `${(size / bytes).toFixed(2)} once cold, ${warm.toFixed(2)} before` });
  console.log(`  ${(size / bytes).toFixed(2)} when cold: ${(size / total).toFixed(0)} bytes a message of ${(bytes / total).toFixed(0)} bytes of XML`);
  return newest;
}

/** One turn of the event loop a question, as it is in life; CPU leaves out what others do on this machine. */
async function timed(name: string, count: number, work: () => unknown): Promise<number> {
  const [walls, cpus]: [number[], number[]] = [[], []];
  for (let n = 0; n < count; n++) {
    await turn();
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    work();
    walls.push(performance.now() - start);
    const { user, system } = process.cpuUsage(cpu);
    cpus.push((user + system) / 1000);
  }
  const at = (times: readonly number[], share: number): string =>
    (times.toSorted((a, b) => a - b)[Math.floor(count * share)] ?? 0).toFixed(2).padStart(7);
  console.log(`  ${name.padEnd(22)} ${at(walls, 0.5)} ${at(walls, 0.99)}   ${at(cpus, 0.5)} ${at(cpus, 0.99)}`);
  return Number(at(walls, 0.99));
}

async function readFigures(archive: Archive, total: number): Promise<void> {
  const random = seeded(7);
  const rank = zipf(random, VOCABULARY);
  const room = zipf(random, ROOMS);
  const inRoom = (): { account: string; room: string } => ({ account: ACCOUNT, room: roomOf(room()) });
  const find = (text: string, more = {}): unknown => archive.find({ text, limit: 20, ...more });
  console.log('reading (ms, p50 and p99; the same in CPU time)');
  const page = await timed('page of 50, newest', 1000, () => archive.page({ ...inRoom(), limit: 50 }));
  await timed('page of 50, anywhere', 1000, () => archive.page({ ...inRoom(), limit: 50, before: Math.floor(random() * total) }));
  const word = await timed('word', 1000, () => find(`${wordOf(rank())} `));
  const inOne = await timed('word in a room', 1000, () => find(`${wordOf(rank())} `, inRoom()));
  const p99 = [page, word, inOne].map((ms) => ms.toFixed(1)).join('; ');
  figure({ what: `among ${total.toLocaleString('en')} messages, p99: a page; a word; a word in a room`, minimix: `${p99} ms` });
  await timed('two words', 500, () => find(`${wordOf(rank())} ${wordOf(rank())} `));
  await timed('prefix of 2 letters', 200, () => find(wordOf(rank()).slice(0, 2)));
  await timed('prefix of 4 letters', 200, () => find(wordOf(80 + rank()).slice(0, 4)));
  await timed('substring, Japanese', 500, () => find(String.fromCodePoint(0x4e00 + (rank() % 3000), 0x4e00 + (rank() % 3000))));
  await timed('word, best first', 200, () => find(`${wordOf(rank())} `, { order: 'rank' }));
  await timed('count a day', 20, () => archive.perDay({ ...inRoom() }));
}

async function loopFigures(path: string): Promise<void> {
  const worker = openWorkerClient(path);
  const rank = zipf(seeded(9), VOCABULARY);
  await worker.find({ text: 'warm', limit: 1 });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let n = 0; n < 200; n++) {
    await worker.find({ text: n % 4 === 0 ? wordOf(rank()).slice(0, 2) : `${wordOf(rank())} `, limit: 50 });
    await turn();
  }
  delay.disable();
  console.log(`event loop while searches run: p50 ${(delay.percentile(50) / 1e6).toFixed(1)} p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms (timer of 1 ms included)`);
  await worker.close();
}

const total = Number(process.argv.slice(2).find((given) => /^\d+$/.test(given)) ?? 1_000_000);
const home = mkdtempSync(join(tmpdir(), 'minimix-bench-'));
try {
  appendFigures(home);
  const path = join(home, 'archive.db');
  fill(path, total);
  const start = performance.now();
  const archive = openArchive(path);
  archive.last(ACCOUNT, roomOf(0));
  console.log(`open and first read: ${(performance.now() - start).toFixed(1)} ms`);
  await readFigures(archive, total);
  await loopFigures(path);
  archive.close();
} finally {
  rmSync(home, { recursive: true, force: true });
}
