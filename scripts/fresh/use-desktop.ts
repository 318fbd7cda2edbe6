// `sh bin/node24 node scripts/fresh/use-desktop.ts PROGRAM`: an installed tray on a session bus of its own. The desktop's tools
// (xdg-mime, xdg-open) find it by its package alone: a link that they open is opened by it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addressOf } from '../../test/support/daemon.ts';
import { startBrowser } from '../../test/support/desktop/browser.ts';
import { startPanel } from '../../test/support/desktop/panel.ts';
import { startSessionBus } from '../../test/support/desktop/session-bus.ts';
import { until } from '../../test/support/until.ts';

const [program = 'minimix'] = process.argv.slice(2);
const place = mkdtempSync(join(tmpdir(), 'minimix-desktop-'));
const bus = await startSessionBus();
const browser = startBrowser(place, 'x-www-browser');
const SYSTEM = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
// xdg-open asks for programs of a desktop only where there is a display; nothing here draws on it.
const env = { PATH: `${browser.env['PATH']}:${SYSTEM}`, HOME: place, LANG: 'C.UTF-8', BROWSER: 'x-www-browser', DISPLAY: ':99', DBUS_SESSION_BUS_ADDRESS: bus.address, MINIMIX_HOME: join(place, 'home'), MINIMIX_KEYRING: 'off' };
const call = promisify(execFile);

const panel = await startPanel(bus.connect());
const tray = spawn(program, ['tray', '--hidden'], { env, stdio: ['ignore', 'inherit', 'inherit'] });
try {
  await panel.entry('No account yet');
  console.log('the icon is in the panel, and its daemon runs');
  const handler = (await call('xdg-mime', ['query', 'default', 'x-scheme-handler/xmpp'], { env })).stdout.trim();
  if (handler !== 'minimix.desktop') throw new Error(`xmpp: is opened by ${handler || 'nobody'}`);
  console.log('xdg-mime names it for xmpp:');
  await call('xdg-open', ['xmpp:cave@rooms.example.org?join'], { env });
  await until(() => browser.opened.some((url) => url.endsWith('#/join?link=xmpp%3Acave%40rooms.example.org%3Fjoin')), { what: 'the link to be opened' });
  console.log('xdg-open gives it a link, which the page then offers to join');
  for (const name of ['Stop Minimix', /^Quit/]) {
    await panel.click(name);
    if (name === 'Stop Minimix') await panel.entry('Start Minimix');
  }
  await once(tray, 'exit');
  console.log('stopped and quit from the menu');
} finally {
  tray.kill('SIGKILL');
  const home = { dir: env.MINIMIX_HOME };
  if (existsSync(join(home.dir, 'daemon.json'))) process.kill(addressOf(home).pid, 'SIGKILL'); // what the tray started outlives it
  await bus.stop();
  rmSync(place, { recursive: true, force: true });
}
