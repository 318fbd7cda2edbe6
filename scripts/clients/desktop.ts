// A desktop for one client: a display without a screen (Xvfb), a session bus, and a home of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageBus } from 'dbus-native';
import { startSessionBus } from '../../test/support/desktop/session-bus.ts';

export interface Desktop {
  readonly bus: MessageBus;
  readonly env: NodeJS.ProcessEnv;
  /** Starts a program whose output stands in the home; it is killed with the desktop. */
  run(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  /** Gives the programs the time to end by themselves, and ends what has not. */
  stop(): Promise<void>;
}

/** Milliseconds for a program to end after it was told to. */
const FAREWELL = 15_000;

export const DESKTOP_NEEDS = ['xvfb', 'dbus'] as const;

export async function startDesktop(home: string): Promise<Desktop> {
  mkdirSync(join(home, 'run'), { recursive: true, mode: 0o700 });
  const bus = await startSessionBus();
  const display = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [number] = (await once(display.stdout, 'data')) as [unknown];
  const env: NodeJS.ProcessEnv = {
    ...process.env, HOME: home, DISPLAY: `:${String(number).trim()}`, DBUS_SESSION_BUS_ADDRESS: bus.address, LC_ALL: 'C.UTF-8', XDG_RUNTIME_DIR: join(home, 'run'),
    XDG_CONFIG_HOME: join(home, '.config'), XDG_DATA_HOME: join(home, '.local/share'), XDG_CACHE_HOME: join(home, '.cache'), NO_AT_BRIDGE: '1', GDK_BACKEND: 'x11', GSK_RENDERER: 'cairo',
    QT_QPA_PLATFORM: 'xcb', LIBGL_ALWAYS_SOFTWARE: '1',
  };
  const programs: ChildProcess[] = [];
  const isOver = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;
  return {
    bus: bus.connect(), env,
    run(program, args, more) {
      const log = openSync(join(home, 'output.log'), 'a');
      const child = spawn(program, args, { env: { ...env, ...more }, stdio: ['ignore', log, log] });
      child.on('error', (error) => console.error(`${program}: ${error.message}`));
      programs.push(child);
      return child;
    },
    async stop() {
      for (const child of programs.filter((one) => !isOver(one))) {
        const ended = once(child, 'exit');
        const overdue = setTimeout(() => child.kill('SIGKILL'), FAREWELL);
        await ended;
        clearTimeout(overdue);
      }
      display.kill();
      await bus.stop();
    },
  };
}
