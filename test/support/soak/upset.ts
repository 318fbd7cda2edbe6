// Loaded into the daemon's own process before anything else of it (NODE_OPTIONS=--import): its clock can be set wrong,
// and the names of hosts can be gone; and it writes down what it weighs. It is told so by a file and SIGUSR2.
import dns from 'node:dns';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import { kindsNow } from './kinds.ts';
import { HOST, type Sample, type Upset } from './upset-contract.ts';

const [wishes, samples] = [process.env['SOAK_UPSET'], process.env['SOAK_SAMPLES']];
const EVERY = 1000; // milliseconds
const ROLLUP = '/proc/self/smaps_rollup';

const isFull = (gc: unknown): boolean => typeof gc === 'object' && gc !== null && 'kind' in gc && gc.kind === constants.NODE_PERFORMANCE_GC_MAJOR;

if (isMainThread && wishes !== undefined && samples !== undefined) upset(wishes, samples);

function upset(from: string, to: string): void {
  let wish: Upset = { number: 0, clock: 0, dns: true };
  const RealDate = Date;
  const realLookup = dns.lookup;

  globalThis.Date = class extends RealDate {
    constructor(...given: []) {
      super(...(given.length === 0 ? ([RealDate.now() + wish.clock] as unknown as []) : given));
    }
    static override now(): number {
      return RealDate.now() + wish.clock;
    }
  } as DateConstructor;

  const lookup = (host: string, options: dns.LookupAllOptions | object, done: (error: Error | null, ...found: unknown[]) => void): void => {
    const gone = Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
    if (host !== HOST) Reflect.apply(realLookup, dns, [host, options, done]);
    else if (!wish.dns) process.nextTick(done, gone);
    else if ('all' in options && options.all) process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }]);
    else process.nextTick(done, null, '127.0.0.1', 4);
  };
  Object.assign(dns, { lookup });
  syncBuiltinESMExports();

  // Nothing is collected for the sake of being weighed: a forced collection a second makes V8 hoard the pages that it
  // empties, and RSS tells of that. The heap in use is what V8's own last full collection has left.
  let left: number | undefined;
  new PerformanceObserver((list) => {
    if (list.getEntries().some((entry) => 'detail' in entry && isFull(entry.detail))) left = inUse();
  }).observe({ entryTypes: ['gc'] });
  const inUse = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };

  const spent = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  const parent = process.ppid;
  const sample = (): void => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); // the soak is gone, and cannot end us any more
    const { rss, heapTotal: committed } = process.memoryUsage();
    const rollup = existsSync(ROLLUP) ? readFileSync(ROLLUP, 'utf8') : '';
    const anonymous = Number(/^Anonymous:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) * 1024;
    const line: Sample = { number: wish.number, at: RealDate.now(), rss, anonymous, committed, heap: left ?? inUse(), cpu: spent(), kinds: kindsNow() };
    appendFileSync(to, `${JSON.stringify(line)}\n`);
  };
  process.on('SIGUSR2', () => {
    wish = JSON.parse(readFileSync(from, 'utf8')) as Upset;
    sample();
  });
  setInterval(sample, EVERY).unref();
}
