// Builds the tray as an app that the lab's old Electron can load: CommonJS, with what its JavaScript lacks.
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const project = join(import.meta.dirname, '../..');

/** Its page comes from the daemon: what Chrome lacks is given to it before the page's own scripts run. */
const ENTRY = `require('./polyfills.cjs');
require('node:diagnostics_channel').tracingChannel ??= (name) =>
  Object.fromEntries(['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map((event) => [event, require('node:diagnostics_channel').channel('tracing:' + name + ':' + event)]));
const { app } = require('electron');
const path = require('node:path');
app.on('session-created', (session) => session.setPreloads([path.join(__dirname, 'preload.cjs')]));
require('./dist/tray.cjs');
`;

/** Puts the app into the runtime's place for one; the daemon is the project's own, on Node 24. */
export async function makeLabApp(app: string): Promise<void> {
  rmSync(app, { recursive: true, force: true });
  // CommonJS knows no top-level await: that the tray has none is tried here, too.
  await build({
    configFile: false,
    root: project,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      ssr: true,
      outDir: join(app, 'dist'),
      target: 'node18',
      rolldownOptions: {
        input: { tray: join(project, 'src/electron/tray.ts') },
        external: ['electron', /^node:/],
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunk-[hash].cjs' },
      },
    },
  });
  mkdirSync(join(app, 'bin'));
  const polyfills = join(import.meta.dirname, 'polyfills.cjs');
  copyFileSync(polyfills, join(app, 'polyfills.cjs'));
  writeFileSync(join(app, 'preload.cjs'), `require('electron').webFrame.executeJavaScript(${JSON.stringify(readFileSync(polyfills, 'utf8'))});\n`);
  writeFileSync(join(app, 'main.cjs'), ENTRY);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'minimix', productName: 'Minimix', version: '0.1.0', main: 'main.cjs', desktopName: 'minimix-tray.desktop' }));
  writeFileSync(join(app, 'bin/minimix'), `#!/bin/sh\nexec '${join(project, 'bin/minimix')}' "$@"\n`);
  chmodSync(join(app, 'bin/minimix'), 0o755);
  cpSync(join(project, 'build/tray'), join(app, 'build/tray'), { recursive: true });
}
