// The boot of the tray: where the daemon's home is, and how a daemon is started from here.
import { app, dialog } from 'electron';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findHome } from '../config/config.ts';
import { programOf, versionIn } from '../config/program.ts';
import { sentenceOf } from '../core/errors.ts';
import { runTray } from './main.ts';

const root = fileURLToPath(new URL('..', import.meta.url)); // it runs from dist/ only
const { env } = process;
const home = findHome(undefined, env);
const packaged = root.includes('.asar');
/** What runs as Node lies beside the archive: its ES modules and workers are then files like any other. */
const unpacked = root.replace('app.asar', 'app.asar.unpacked');

// Not awaited: Electron is ready only once this module has run to its end (electron#40719).
runTray({
  home,
  startDaemon,
  logFile: join(home, 'log', 'minimix.log'),
  installed: () => versionIn(unpacked),
  icons: join(root, 'build/tray'),
  command: packaged ? [process.execPath] : [process.execPath, root],
  env,
  argv: process.argv,
}).catch((error: unknown) => {
  dialog.showErrorBox('Minimix', sentenceOf(error));
  app.exit(1);
});

/** In a process group of its own and without our pipes: it outlives the tray. */
function startDaemon(): void {
  const { command: [program, ...first], env: more } = programOf(join(unpacked, 'dist/main.js'));
  const daemon = spawn(program, [...first, '--home', home, 'run'], { detached: true, stdio: 'ignore', env: { ...env, ...more } });
  daemon.on('error', () => undefined); // whoever waits for it says that it does not answer
  daemon.unref();
}
