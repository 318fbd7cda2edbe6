// A session bus of a test's own: nothing of this machine's desktop is on it, and nothing on it is started by itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type MessageBus } from 'dbus-native';

export interface SessionBus {
  /** As it stands in DBUS_SESSION_BUS_ADDRESS. */
  readonly address: string;
  /** A connection of the test's, which ends with the bus. */
  connect(): MessageBus;
  stop(): Promise<void>;
}

const config = (dir: string): string => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${dir}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>
`;

/** Starts dbus-daemon(1); resolves once it listens. */
export async function startSessionBus(): Promise<SessionBus> {
  const dir = mkdtempSync(join(tmpdir(), 'minimix-bus-'));
  writeFileSync(join(dir, 'bus.conf'), config(dir));
  const daemon = spawn('dbus-daemon', ['--nofork', '--nopidfile', '--print-address', `--config-file=${join(dir, 'bus.conf')}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const failed = once(daemon, 'exit').then(([code]) => Promise.reject(new Error(`dbus-daemon ended with ${String(code)}`)));
  failed.catch(() => undefined); // its end is looked at below
  const [said] = (await Promise.race([once(daemon.stdout, 'data'), failed])) as [unknown];
  const connections: MessageBus[] = [];
  const address = String(said).trim();
  return {
    address,
    connect() {
      const bus = createClient({ busAddress: address });
      bus.connection.on('error', () => undefined); // it ends with the bus, and whoever asks is told
      connections.push(bus);
      return bus;
    },
    async stop() {
      await Promise.all(connections.map((bus) => bus.close()));
      daemon.kill();
      if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
