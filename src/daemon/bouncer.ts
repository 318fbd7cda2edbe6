import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openBouncer } from '../frontends/bouncer/bouncer.ts';
import { DEFAULT_DIRECT_TLS, DEFAULT_LISTEN } from '../frontends/bouncer/contract.ts';
import type { Bouncer, BouncerSettings } from '../frontends/bouncer/contract.ts';
import { networkAddresses } from '../frontends/bouncer/server/addresses.ts';
import { fingerprintOf } from '../frontends/bouncer/credentials/certificates.ts';
import type { AddedDevice } from '../account/devices/contract.ts';
import type { Archive } from '../archive/contract.ts';
import { editSettings, readSettings } from '../config/config.ts';
import { bouncerSettings } from '../config/bouncer.ts';
import type { KeptBouncer } from '../config/bouncer.ts';
import { readIfThere, writeWhole } from '../config/files.ts';
import { fail, ok, sentenceOf } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import type { BouncerApi, BouncerStatus } from '../frontends/web/contract/bouncer-contract.ts';
import type { Log } from '../core/log.ts';
import { chooseNetwork } from './network-door.ts';
import type { Problems } from './diagnostics/problems.ts';

const NOT_RUNNING = 'bouncer-not-running';
const NETWORK_MISSING = 'bouncer-network-missing';

export interface OpenDoor {
  readonly bouncer: Bouncer;
  /** The calls of the API. */
  readonly api: BouncerApi;
  /** Listens if the settings turn it on; a port in use is a problem, and stops nothing else. */
  begin(kept: KeptBouncer | undefined): Promise<void>;
  /** Applies these settings. */
  apply(kept: KeptBouncer | undefined): Promise<void>;
}

interface OpenBouncerOptions {
  readonly home: string;
  readonly archive: Archive;
  readonly tokenKey: () => Promise<Buffer>;
  readonly problems: Problems;
  readonly log: Log;
}

/** The home's bouncer. settings.json holds its settings; its certificates are files beside it. */
export function openBouncerOf({ home, archive, tokenKey, problems, log }: OpenBouncerOptions): OpenDoor {
  const certificates = {
    path: (name: string) => join(home, name),
    read: (name: string) => readIfThere(join(home, name)),
    write: (name: string, text: string) => writeWhole(join(home, name), text),
  };
  const bouncer = openBouncer({ archive, certificates, tokenKey, log, networkMissing: tellMissing });
  let missing: readonly string[] = [];

  function tellMissing(why: readonly string[]): void {
    missing = why;
    if (why.length > 0) problems.tell(NETWORK_MISSING, `Devices of your network cannot connect everywhere yet, and it is tried again: ${why.join(' ')}`);
    else problems.clear(NETWORK_MISSING);
  }

  /** The settings of the last start. */
  let inForce: KeptBouncer | undefined;

  async function start(kept: KeptBouncer): Promise<Result<BouncerStatus>> {
    inForce = kept;
    try {
      await bouncer.stop();
      tellMissing([]);
      await bouncer.start(settingsOf(kept));
      problems.clear(NOT_RUNNING);
      return ok(status());
    } catch (error) {
      return fail('bouncer', sentenceOf(error), error);
    }
  }

  function keep(kept: KeptBouncer): void {
    const { leaves: _, ...api } = kept; // `leaves` is not part of turning it on or off
    editSettings(home, Object.entries({ network: undefined, ...api }).map(([key, value]) => ({ path: ['bouncer', key], value: value as unknown })));
    inForce = kept;
  }

  function tryKeep(kept: KeptBouncer): Result<undefined> {
    try {
      keep(kept);
      return ok(undefined);
    } catch (error) {
      return fail('disk', sentenceOf(error), error);
    }
  }

  function status(): BouncerStatus {
    const running = bouncer.running();
    return running ? { on: true, ...running } : { on: false };
  }

  function withOwnCertificate(made: Result<AddedDevice>): Result<AddedDevice> {
    const { cert = '' } = readSettings(home).bouncer ?? {};
    return made.ok && made.value.ca === '' ? ok({ ...made.value, ca: cert }) : made;
  }

  const api: BouncerApi = {
    status,
    networks: networkAddresses,
    async on({ network: inNetwork, ...wish }) {
      const before = readSettings(home).bouncer;
      const chosen = await chooseNetwork(inNetwork, before?.network);
      if (!chosen.ok) return chosen;
      const { network: _, ...others } = { ...before, ...wish };
      // with a key that is there but undefined, the settings read from the file would be others, and the listeners begin anew
      const next = bouncerSettings.parse({ ...others, ...(chosen.value && { network: chosen.value }), on: true });
      // it runs with these settings already: restarting it would disconnect devices
      if (bouncer.running() && JSON.stringify(bouncerSettings.parse(before ?? {})) === JSON.stringify(next)) return ok(status());
      const started = await start(next);
      // of a network that was just asked for, one is told at once; of one that was kept, it is a problem until it is there
      const begun = inNetwork && missing.length > 0 ? fail('bouncer', missing.join(' ')) : started;
      const kept = begun.ok ? tryKeep(next) : begun;
      if (kept.ok) return started;
      if (before?.on) await run(before);
      else await stop();
      inForce = before;
      return kept;
    },
    async off() {
      keep(bouncerSettings.parse({ ...readSettings(home).bouncer, on: false })); // first: what cannot be kept must not be done
      await stop();
      return status();
    },
    async authority() {
      const { cert } = readSettings(home).bouncer ?? {};
      if (cert === undefined) return await bouncer.authority();
      return { file: cert, fingerprint: fingerprintOf(readFileSync(cert, 'utf8')) };
    },
    addDevice: async (account, name) => withOwnCertificate(await bouncer.addDevice(account, name)),
    renew: async (account, device) => withOwnCertificate(await bouncer.renew(account, device)),
    revoke: bouncer.revoke,
    devices: bouncer.devices,
  };

  /** As the settings want it; if that fails, it is a problem until it runs or is turned off. */
  async function run(kept: KeptBouncer): Promise<void> {
    const started = await start(kept);
    if (!started.ok) problems.tell(NOT_RUNNING, `The bouncer does not run: ${started.error.message}`);
  }

  async function stop(): Promise<void> {
    await bouncer.stop();
    tellMissing([]);
    problems.clear(NOT_RUNNING);
  }

  async function begin(kept: KeptBouncer | undefined): Promise<void> {
    bouncer.setLeaving(kept?.leaves ?? 'here');
    if (kept?.on) await run(kept);
  }

  return {
    bouncer,
    api,
    begin,
    async apply(kept) {
      bouncer.setLeaving(kept?.leaves ?? 'here');
      if (sameDoor(kept, inForce)) return;
      inForce = kept;
      if (kept?.on) await run(kept);
      else await stop();
    },
  };
}

/** Ignores `leaves`: a change of it must not disconnect devices. */
function sameDoor(one: KeptBouncer | undefined, other: KeptBouncer | undefined): boolean {
  return isDeepStrictEqual(one && { ...one, leaves: undefined }, other && { ...other, leaves: undefined });
}

function settingsOf({ listen = DEFAULT_LISTEN, directTls, network, names, cert, key }: KeptBouncer): BouncerSettings {
  const own = cert !== undefined && key !== undefined ? { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } : undefined;
  return { listen, directTls: directTls ?? { ...DEFAULT_DIRECT_TLS, host: listen.host }, network, names, own };
}
