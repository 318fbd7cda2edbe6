// How devices can log in at the bouncer, beside how they could at the account's own server.
import { readFileSync } from 'node:fs';
import type { AccountSettings } from '../../account/settings.ts';
import type { KeptBouncer } from '../../config/bouncer.ts';
import { finding, type Finding } from '../../core/diagnostics.ts';
import { sentenceOf } from '../../core/errors.ts';
import { domainOf } from '../../core/jid.ts';
import type { connectTo } from '../../frontends/web/client/client.ts';
import { probe } from '../../xmpp/stream/probe.ts';
import { endpointsOf, systemDns, type Dns, type Endpoint } from '../../xmpp/transport/resolve.ts';

const PATIENCE = 8_000; // milliseconds for one connection
const MOST_ENDPOINTS = 4;
const check = 'device login';

/**
 * Best first, by the rank that Conversations gives them (`crypto/sasl/Scram*.java`, getPriority). It remembers the best that an account has
 * used, and stays out where it finds less (`xmpp/XmppConnection.java`, validate: “Possible downgrade attack”).
 */
const RANKS = ['SCRAM-SHA-512-PLUS', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'];

interface Offers {
  readonly server: readonly string[];
  readonly bouncer: readonly string[];
  /** Names of devices whose password keeps the bouncer from offering SCRAM-SHA-512. */
  readonly outdated: readonly string[];
}

/** What a client finds that has used the account at its own server before. */
export function compareOffers({ server, bouncer, outdated }: Offers, account: string): Finding {
  const [theirs, ours] = [server, bouncer].map((offered) => RANKS.findIndex((name) => offered.includes(name)));
  const [best = '', own = ''] = [RANKS[theirs ?? -1], RANKS[ours ?? -1]];
  if (own === '') return finding({ check, level: 'bad', message: 'The bouncer offers no login that a client knows.', todo: 'See `minimix log --level warn`.' }, account);
  if (best === '' || (theirs ?? 0) >= (ours ?? 0)) {
    return finding({ check, level: 'ok', message: `Devices can log in to the bouncer by ${own}, and your server offers ${best === '' ? 'nothing better' : `${best} at best`}.` }, account);
  }
  const message = `Your server offers ${best}, the bouncer no more than ${own}: Conversations and its relatives (Cheogram, Quicksy, monocles chat) take this for an attack if they have used the account with your server.`;
  if (outdated.length === 0) return finding({ check, level: 'note', message, todo: 'Add the account to them anew, with the device’s password.' }, account);
  return finding({ check, level: 'note', message, todo: `Create new passwords for the devices that still have one of the old kind: ${outdated.map((name) => `\`minimix device renew "${name}"\``).join(', ')}. With the last of them the bouncer offers it, too.` }, account);
}

/** Asks the account's server and the bouncer, by a connection to each. Nothing where there is nothing to compare. */
export async function examineLogins(settings: AccountSettings, { daemon, kept, dns = systemDns }: { daemon: ReturnType<typeof connectTo>; kept: KeptBouncer | undefined; dns?: Dns }): Promise<Finding[]> {
  const { jid } = settings;
  const status = await daemon.bouncer.status.query();
  if (!status.on) return [];
  const [authority, devices, server] = await Promise.all([daemon.bouncer.ca.query(), daemon.bouncer.devices.query({ account: jid }), serverOffer(settings, dns)]);
  const { cert } = kept ?? {};
  const here = { '0.0.0.0': '127.0.0.1', '::': '::1' }[status.host] ?? status.host;
  try {
    const trust = cert === undefined ? { ca: readFileSync(authority.file, 'utf8'), pin: undefined } : { ca: undefined, pin: authority.fingerprint };
    const bouncer = await offerAt({ host: here, port: status.directTlsPort, direct: true }, { trust: { domain: domainOf(jid), ...trust }, dns, plain: false });
    return [compareOffers({ server, bouncer, outdated: devices.filter(({ outdated }) => outdated).map(({ name }) => name) }, jid)];
  } catch (error) {
    return [finding({ check, level: 'bad', message: `The bouncer does not answer on ${here}:${status.directTlsPort}: ${sentenceOf(error)}`, todo: 'See `minimix log --level warn`, then restart Minimix.' }, jid)];
  }
}

async function serverOffer({ jid, server, directTls, ca, pin, allowPlaintext }: AccountSettings, dns: Dns): Promise<readonly string[]> {
  const endpoints: Endpoint[] = server ? [{ ...server, direct: directTls === true }] : await endpointsOf(domainOf(jid), dns);
  for (const endpoint of endpoints.slice(0, MOST_ENDPOINTS)) {
    const offered = await offerAt(endpoint, { trust: { domain: domainOf(jid), ca, pin }, dns, plain: allowPlaintext === true }).catch(() => undefined); // that it is not reached, others say
    if (offered) return offered;
  }
  return [];
}

async function offerAt(endpoint: Endpoint, { trust, dns, plain }: { trust: Parameters<typeof probe>[1]; dns: Dns; plain: boolean }): Promise<readonly string[]> {
  return (await probe(endpoint, trust, { dns, patience: PATIENCE, plain, signal: AbortSignal.timeout(PATIENCE * 2) })).mechanisms;
}
