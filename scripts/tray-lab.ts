// `npm run tray:lab -- --runtime DIR`: the tray on a real Electron (docs/tray.md says where one comes from), under Xvfb, beside a
// real daemon on a Prosody of its own. It takes the walk of test/support/desktop/walk.ts and prints a table; its screenshots are
// for a person to look at. For trials by hand: `npm test` does not need it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { bin } from '../test/support/daemon.ts';
import { startBrowser } from '../test/support/desktop/browser.ts';
import { startNotificationServer } from '../test/support/desktop/notification-server.ts';
import { startPanel } from '../test/support/desktop/panel.ts';
import { startSessionBus } from '../test/support/desktop/session-bus.ts';
import { walk } from '../test/support/desktop/walk.ts';
import { startWalkedDaemon } from '../test/support/desktop/walked-daemon.ts';
import { startProsody } from '../test/support/servers/prosody.ts';
import { freePorts } from '../test/support/servers/server.ts';
import { until } from '../test/support/until.ts';
import { makeLabApp } from './lab/app.ts';
import { startXfcePanel } from './lab/panel.ts';

const NARROW = 400; // pixels

const { values } = parseArgs({ options: { runtime: { type: 'string' }, out: { type: 'string', default: join(tmpdir(), 'minimix-tray-lab') } } });
if (values.runtime === undefined || !existsSync(join(values.runtime, 'electron'))) {
  console.error('tray:lab: name the folder of an Electron: npm run tray:lab -- --runtime DIR (docs/tray.md says where one comes from)');
  process.exit(2);
}
const [runtime, out] = [resolve(values.runtime), resolve(values.out)];
mkdirSync(out, { recursive: true });
const undo: (() => unknown)[] = [];
const place = mkdtempSync(join(tmpdir(), 'minimix-lab-'));
undo.push(() => rmSync(place, { recursive: true, force: true, maxRetries: 5 }));

/** A program that ends with this one. */
function start(program: string, args: readonly string[], { env, stdio = 'ignore' }: { env: NodeJS.ProcessEnv; stdio?: 'ignore' | 'inherit' }): ChildProcess {
  const child = spawn(program, args, { env, stdio });
  child.on('error', (error) => console.error(`${program}: ${error.message}`));
  undo.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  });
  return child;
}

/** What a script gives in the tray's window, by Chrome's own protocol; `undefined` without a window. */
async function inWindow(port: number, expression: string): Promise<unknown> {
  const targets = z.array(z.object({ type: z.string(), webSocketDebuggerUrl: z.string() })).parse(await (await fetch(`http://127.0.0.1:${port}/json`)).json());
  const page = targets.find(({ type }) => type === 'page');
  if (!page) return undefined;
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  try {
    await once(socket, 'open');
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return z.object({ result: z.object({ result: z.object({ value: z.unknown() }) }) }).parse(JSON.parse(String(answer))).result.result.value;
  } finally {
    socket.close();
  }
}

async function main(): Promise<boolean> {
  await makeLabApp(join(runtime, 'resources/app'));
  const server = await startProsody();
  undo.push(server.stop);
  const [alice, bob] = await Promise.all(['alice', 'bob'].map(async (user) => ({ user, password: user, jid: await server.register(user, user) })));
  if (!alice || !bob) throw new Error('Prosody has registered nobody.');
  const bus = await startSessionBus();
  undo.push(bus.stop);
  const { home, talker, asked } = await startWalkedDaemon(server, [alice, bob], undo);
  const { room } = asked;

  const [forDisplay = 0, forPages = 0] = await freePorts(2);
  const display = `:${forDisplay % 20_000 + 100}`;
  const browser = startBrowser(place);
  const config = join(place, 'config');
  const places = { HOME: place, XDG_CONFIG_HOME: config, XDG_CONFIG_DIRS: config, XDG_DATA_HOME: join(place, 'data'), XDG_RUNTIME_DIR: place };
  const env = { ...process.env, ...places, DISPLAY: display, PATH: `${browser.env['PATH']}:${process.env['PATH']}`, LANG: 'C.UTF-8', DBUS_SESSION_BUS_ADDRESS: bus.address, MINIMIX_HOME: home.dir, MINIMIX_KEYRING: 'off' };
  start('Xvfb', [display, '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { env });
  await until(() => existsSync(`/tmp/.X11-unix/X${display.slice(1)}`), { what: 'Xvfb' });
  start('openbox', [], { env });
  let port = 0; // of each start its own: the last one may still hold its
  const electron = (args: readonly string[]): ChildProcess => start(join(runtime, 'electron'), ['--no-sandbox', '--disable-gpu', ...args], { env, stdio: 'inherit' });
  const screenshot = (name: string): void => {
    execFileSync('import', ['-window', 'root', join(out, `${name}.png`)], { env });
    console.log(`screenshot: ${join(out, `${name}.png`)}`);
  };

  port = 20_000 + forPages % 10_000;
  let logs = 0;
  const server1 = bus.connect();
  const notifications = await startNotificationServer(server1, ['body', 'actions']);
  const steps = await walk(
    {
      ...asked,
      start(args) {
        port += args.includes('--hidden') ? 1 : 0;
        const first = args.includes('--hidden') ? [`--remote-debugging-port=${port}`] : [];
        const ended = once(electron([...first, ...args]), 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
        return { ended };
      },
      async shows(what) {
        if (!what.startsWith('#')) {
          const more = browser.opened.slice(logs).includes(what);
          logs = browser.opened.length;
          return more;
        }
        const link = /link=xmpp%3A([^%]+)%40/.exec(what)?.[1];
        if (what.startsWith('#/join')) return (await inWindow(port, `[...document.querySelectorAll('[role=dialog], dialog')].map((one) => one.innerHTML + [...one.querySelectorAll('input')].map(({ value }) => value)).join().includes(${JSON.stringify(link ?? 'input')})`)) === true;
        return (await inWindow(port, 'location.hash || "#/"')) === what;
      },
      startPanel: () => startPanel(bus.connect()),
      notifications,
      answers: false, // Electron has no field for an answer on Linux
      config,
      desktopFile: 'minimix-tray.desktop',
    },
    ({ step, ok, why }) => {
      console.log(`${ok ? 'good' : 'BAD '}  ${step}${why === '' ? '' : `: ${why}`}`);
      if (!ok) screenshot(`bad-${step.replaceAll(/[^a-z]+/gi, '-').slice(0, 40)}`);
    },
  );

  // For the eyes: the window, wide and narrow, a notification and each tray's menu as a real desktop draws them.
  await server1.close();
  start('dunst', ['-conf', '/dev/null'], { env });
  const panel = startXfcePanel((program) => start(program, [], { env }), { bus: bus.connect(), config, env });
  port += 1;
  const shown = electron([`--remote-debugging-port=${port}`]);
  await until(async () => (await inWindow(port, 'document.querySelector("#root")?.innerText.length > 100')) === true, { what: 'the page in the window', every: 200 });
  screenshot('window');
  await talker.say(room, 'Ali, do you see this?');
  await until(async () => (await asked.said()).includes('Ali, do you see this?'), { what: 'the mention' });
  await until(() => Number(execFileSync('dunstctl', ['count', 'displayed'], { env, encoding: 'utf8' })) > 0, { what: 'the notification on the screen', every: 200 });
  screenshot('notification');
  execFileSync('xdotool', ['search', '--onlyvisible', '--name', 'Minimix$', 'windowsize', String(NARROW), '780'], { env });
  await until(async () => (await inWindow(port, `innerWidth <= ${NARROW}`)) === true, { what: 'the narrow window', every: 200 });
  screenshot('narrow');
  await panel.openMenu(/1 mention/);
  screenshot('menu');
  shown.kill();
  execFileSync('xdotool', ['mousemove', '640', '640'], { env });
  await panel.empty();
  start(bin, ['tray', '--hidden'], { env });
  await panel.openMenu(/1 unread/);
  screenshot('menu-dbus');
  return steps.every(({ ok }) => ok);
}

let good = false;
try {
  good = await main();
  console.log(good ? 'The walk is good.' : 'The walk is not good.');
} finally {
  for (const step of undo.toReversed()) await step();
}
process.exitCode = good ? 0 : 1;
