/** npm run bench ui [messages]: what the page weighs, and how it shows a room of an archive of a million messages. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { openBrowser, openPage } from '../test/ui/support/browser.ts';
import { buildPage } from '../test/ui/support/build-page.ts';
import { startTestDaemon } from '../test/ui/support/daemon.ts';
import { ACCOUNT, roomOf, ROOMS, seeded } from './archive-made.ts';
import { figure } from './figure.ts';
import { watchShown, type Shown } from './ui-frames.ts';
import { fillHome, WATCH } from './ui-made.ts';

const dist = join(import.meta.dirname, '../renderer/dist');
const random = seeded(11);

const at = (times: readonly number[], share: number): string => (times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(0).padStart(5);
const most = (times: readonly number[]): string => Math.max(0, ...times).toFixed(0).padStart(5);

function tell(what: string, times: readonly number[]): void {
  console.log(`  ${what.padEnd(46)} p50 ${at(times, 0.5)}  p95 ${at(times, 0.95)}  most ${most(times)} ms  (${times.length})`);
}

function tellFrames(what: string, { frames, holes }: Shown): void {
  const long = holes.filter((time) => time > 100);
  console.log(`  ${what.padEnd(46)} blank: most ${most(holes)} ms, ${long.length} over 100 ms   frames shown: p50 ${at(frames, 0.5)}  p99 ${at(frames, 0.99)}  most ${most(frames)} ms  (${frames.length})`);
}

function weigh(): void {
  const files = readdirSync(join(dist, 'assets')).map((name) => join(dist, 'assets', name)).concat(join(dist, 'index.html'));
  const size = (path: string): [number, number] => [readFileSync(path).length, gzipSync(readFileSync(path)).length];
  const kB = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
  const sums = files.map(size).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0] as [number, number]);
  figure({ what: 'the page, compressed', minimix: kB(sums[1]) });
  console.log(`page weight: ${files.length} files, ${kB(sums[0])}, ${kB(sums[1])} compressed`);
}

const hashOf = (room: string, id?: number): string => `#/room/${encodeURIComponent(ACCOUNT)}/${encodeURIComponent(room)}${id === undefined ? '' : `/${id}`}`;
/** Rows of that room are in sight: by then the heading has its name, and the list has rows and is no longer loading. */
const inSight = (room: string): string => `() => document.querySelector('.room-view')?.getAttribute('aria-label') === ${JSON.stringify(room.split('@')[0])} && document.querySelector('.timeline')?.getAttribute('aria-busy') === 'false' && document.querySelectorAll('.timeline .row .message').length > 5`;

async function started(page: Page): Promise<void> {
  const [first, rooms] = [[] as number[], [] as number[]];
  for (let n = 0; n < 7; n += 1) {
    await page.goto('about:blank');
    await page.goto(origin);
    await page.locator('.sidebar a[href^="#/room/"]').first().waitFor();
    rooms.push(await page.evaluate('performance.now()'));
    first.push(await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0`));
  }
  tell('start: first paint', first);
  tell('start: the rooms are listed', rooms);
}

/** What the page's main thread has worked so far, in milliseconds of CPU: whatever else runs on this machine. */
async function cpuOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => ((await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
}

async function opened(page: Page): Promise<void> {
  const first = { wall: [] as number[], cpu: [] as number[] };
  const again = { wall: [] as number[], cpu: [] as number[] };
  const cpu = await cpuOf(page);
  for (const { wall, cpu: worked } of [first, again]) {
    for (let n = 0; n < ROOMS; n += 1) {
      const room = roomOf(n);
      const before = await cpu();
      wall.push(await page.evaluate(`window.until(() => { location.hash = ${JSON.stringify(hashOf(room))}; }, ${inSight(room)})`));
      worked.push((await cpu()) - before);
    }
  }
  tell('open a room for the first time', first.wall);
  tell('  of these the largest', first.wall.slice(0, 1));
  figure({ what: `a room opened on the page, ${total.toLocaleString('en')} messages kept, p50; the slowest of ${ROOMS}`, minimix: `${at(first.wall, 0.5).trim()}; ${most(first.wall).trim()} ms` });
  tell('  CPU of the page', first.cpu);
  tell('open a room again', again.wall);
  tell('  CPU of the page', again.cpu);
}

async function flung(page: Page): Promise<void> {
  const room = roomOf(0);
  await page.evaluate(`window.until(() => { location.hash = ${JSON.stringify(hashOf(room))}; }, ${inSight(room)})`);
  const box = await page.locator('.timeline').boundingBox();
  await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 200);
  for (const [what, step, turns] of [
    ['read upwards, 100 px a wheel turn', -100, 150],
    ['fling upwards, 1000 px a wheel turn', -1000, 150],
    ['fling downwards, 1000 px a wheel turn', 1000, 150],
  ] as const) {
    const turn = async (): Promise<void> => {
      for (let n = 0; n < turns; n += 1) await page.mouse.wheel(0, step);
    };
    tellFrames(what, await watchShown(browser, page, turn));
  }
  // The measure measured: rows that are hidden for 300 ms must be seen as such.
  const hidden = async (): Promise<void> => {
    await page.evaluate(`(async () => {
      const rows = document.querySelector('.rows');
      rows.style.visibility = 'hidden';
      await new Promise((done) => setTimeout(done, 300));
      rows.style.visibility = '';
      await window.frames2();
    })()`);
  };
  tellFrames('(the rows hidden for 300 ms, to test the measure)', await watchShown(browser, page, hidden));
  const thrown = async (): Promise<void> => {
    for (let n = 0; n < 40; n += 1) await page.evaluate(`(async () => { document.querySelector('.timeline').scrollTop = 0; await window.frames2(); })()`);
  };
  tellFrames('throw the scrollbar to the top, 40 times', await watchShown(browser, page, thrown));
}

/** Moves the rail of days as its keys and the mouse do, and waits until that day's first message is in sight. */
const TO_DAY = `async (days, index) => {
  const input = document.querySelector('.rail input');
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  const there = () => document.querySelector('[aria-current=true] time')?.dateTime.startsWith(days[index]);
  return window.until(() => { set.call(input, index); input.dispatchEvent(new Event('input', { bubbles: true })); }, there);
}`;

async function scrolledToDates(page: Page): Promise<void> {
  const room = roomOf(0);
  await page.evaluate(`window.until(() => { location.hash = ${JSON.stringify(hashOf(room))}; }, ${inSight(room)})`);
  await page.locator('.rail input').waitFor();
  const asked = encodeURIComponent(JSON.stringify({ account: ACCOUNT, room }));
  const days: string[] = await page.evaluate(`fetch('/api/activity?input=${asked}').then((answer) => answer.json()).then(({ result }) => result.data.map(({ day }) => day))`);
  const times: number[] = [];
  const jump = async (): Promise<void> => {
    for (let n = 0; n < 40; n += 1) {
      const index = Math.floor(random() * (days.length - 1));
      times.push(await page.evaluate(`(${TO_DAY})(${JSON.stringify(days)}, ${index})`));
    }
  };
  const seen = await watchShown(browser, page, jump);
  figure({ what: `any of ${days.length} days gone to, p50; the slowest of ${times.length}`, minimix: `${at(times, 0.5).trim()}; ${most(times).trim()} ms` });
  tell(`go to a day, any of ${days.length}`, times);
  tellFrames('  meanwhile', seen);
  const rail = await page.locator('.rail').boundingBox();
  const drag = async (): Promise<void> => {
    const [x, top, height] = [(rail?.x ?? 0) + 8, rail?.y ?? 0, rail?.height ?? 0];
    await page.mouse.move(x, top + height - 6);
    await page.mouse.down();
    for (let n = 0; n < 120; n += 1) await page.mouse.move(x, top + height - 6 - ((height - 12) * n) / 120);
    await page.mouse.up();
  };
  tellFrames('drag over all the days', await watchShown(browser, page, drag));
}

const total = Number(process.argv.slice(2).find((given) => /^\d+$/.test(given)) ?? 1_000_000);
await buildPage();
weigh();
const begun = performance.now();
const daemon = await startTestDaemon((home) => fillHome(home, total));
console.log(`an archive of ${total} messages, made and opened in ${((performance.now() - begun) / 1000).toFixed(0)} s; the largest room has nine tenths of them`);
const { origin } = new URL(daemon.url);
const browser = await openBrowser();
try {
  const { page, problems } = await openPage(browser);
  await page.addInitScript({ content: WATCH });
  await page.goto(daemon.url);
  await started(page);
  await opened(page);
  await flung(page);
  await scrolledToDates(page);
  const trouble = problems.filter((one) => !one.includes('net::ERR'));
  if (trouble.length > 0) console.log(trouble.join('\n'));
} finally {
  await browser.close();
  await daemon.stop();
}
