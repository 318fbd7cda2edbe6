// One account with a bouncer in the test's own process, and devices that come in through it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBouncer } from '../../../src/frontends/bouncer/bouncer.ts';
import type { AddedDevice } from '../../../src/account/devices/contract.ts';
import type { Bouncer, BouncerOptions } from '../../../src/frontends/bouncer/contract.ts';
import type { CertificateStore } from '../../../src/frontends/bouncer/credentials/certificates.ts';
import { openMinimix, type Minimix, type MinimixOptions } from '../../support/minimix.ts';
import { connectPerson, type Person, type PersonOptions } from '../../support/clients/person.ts';
import type { ServerAddress } from '../../support/servers/server.ts';
import type { Account } from '../../support/servers/servers.ts';

export interface Door {
  readonly minimix: Minimix;
  readonly bouncer: Bouncer;
  readonly port: number;
  readonly directTlsPort: number;
  readonly ca: string;
  readonly log: readonly string[];
  device(name: string): Promise<AddedDevice>;
  /** A device of that name, logged in. */
  person(name: string, options?: PersonOptions): Promise<Person>;
  /** Takes the account from the bouncer, changes something, and gives it back, as a restart would. */
  restartBouncer(change: () => void): Promise<void>;
  stop(): Promise<void>;
}

export interface DoorOptions extends MinimixOptions {
  readonly times?: MinimixOptions['times'] & BouncerOptions['times'];
  readonly maxBuffered?: number;
  /** Where the devices' sessions reach the server, where that is not the server itself: a link that can be cut. */
  readonly upstreamPort?: number;
}

export async function openDoor(server: ServerAddress, who: Account, options: DoorOptions = {}): Promise<Door> {
  const minimix = openMinimix(server, who, options);
  const dir = mkdtempSync(join(tmpdir(), 'door-'));
  const log: string[] = [];
  const life = new AbortController();
  const bouncer = openBouncer({
    archive: minimix.archive,
    certificates: storeIn(dir),
    tokenKey: async () => Buffer.alloc(32, 7),
    log: (level, message, about) => void log.push(`${level} ${message} ${about === undefined ? '' : JSON.stringify(about)}`),
    times: { first: 1, most: 5, ...options.times },
    ...(options.maxBuffered !== undefined && { maxBuffered: options.maxBuffered }),
    ...(options.now && { now: options.now }),
  });
  const upstream = { host: server.host, port: options.upstreamPort ?? server.port };
  const { allowPlaintext } = options;
  const settings = { server: upstream, ca: server.ca, allowPlaintext, backoff: { first: 50, ceiling: 500 } };
  let stay = new AbortController();
  const enter = (): void => bouncer.addAccount({ account: minimix.account, settings, password: async () => who.password }, AbortSignal.any([life.signal, stay.signal]));
  enter();
  const anywhere = { host: '127.0.0.1', port: 0 };
  const { port, directTlsPort } = await bouncer.start({ listen: anywhere, directTls: anywhere });
  const ca = readFileSync(join(dir, 'bouncer-ca.pem'), 'utf8');
  const devices = new Map<string, AddedDevice>();

  async function device(name: string): Promise<AddedDevice> {
    const known = devices.get(name);
    if (known) return known;
    const added = await bouncer.addDevice(who.jid, name);
    if (!added.ok) throw new Error(added.error.message);
    devices.set(name, added.value);
    return added.value;
  }

  return {
    minimix, bouncer, port, directTlsPort, ca, log, device,
    async person(name, more = {}) {
      const { password } = await device(name);
      return connectPerson(server, who.user, password, { resource: name, port, ca, ...more });
    },
    async restartBouncer(change) {
      stay.abort();
      stay = new AbortController();
      change();
      enter();
    },
    async stop() {
      await bouncer.stop();
      life.abort();
      await minimix.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function storeIn(dir: string): CertificateStore {
  const path = (name: string): string => join(dir, name);
  return {
    path,
    read(name) {
      try {
        return readFileSync(path(name), 'utf8');
      } catch {
        return undefined; // not there yet
      }
    },
    write: (name, text) => writeFileSync(path(name), text, { mode: 0o600 }),
  };
}
