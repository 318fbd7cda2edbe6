// How devices reach the bouncer: each address that it listens on is tried, from this computer, as a client would.
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { KeptBouncer } from '../../config/bouncer.ts';
import { homeState } from '../../config/lock.ts';
import { finding, type Finding } from '../../core/diagnostics.ts';
import { sentenceOf } from '../../core/errors.ts';
import { domainOf } from '../../core/jid.ts';
import type { RunningBouncer } from '../../frontends/bouncer/contract.ts';
import { addressesOf, isLoopback } from '../../frontends/bouncer/server/addresses.ts';
import { connectTo } from '../../frontends/web/client/client.ts';
import { probe, type Probed } from '../../xmpp/stream/probe.ts';
import { systemDns, type Endpoint } from '../../xmpp/transport/resolve.ts';
import type { Trust } from '../../xmpp/transport/tls.ts';
import { examineSettings } from './doctor-home.ts';

const PATIENCE = 8_000; // milliseconds for one connection
/** `utils/Resolver.java`, and the dialogue of an account: direct TLS is tried on these alone. */
const CONVERSATIONS_DIRECT = [443, 5223];
const NEEDS_WORD = 'Let phones of your network in: `minimix bouncer on --phone`';

/** What a phone's client would meet. */
export interface Met {
  readonly loopbackAlone: boolean;
  readonly directTlsPort: number;
  /** The certificate is of the home's own authority. */
  readonly ownAuthority: boolean;
  /** What is offered by SASL2. */
  readonly sasl2: readonly string[];
}

/** Tries all addresses, and says what Conversations' and Monal's rules (docs/interop.md) make of what was found. Changes nothing. */
export async function* examineReach(home: string): AsyncGenerator<Finding> {
  const state = homeState(home);
  if (!state.held || !state.holder) {
    yield finding({ check: 'daemon', level: 'bad', message: 'Minimix is not running on this home.', todo: '`minimix run`' });
    return;
  }
  const { settings } = examineSettings(home);
  const daemon = connectTo(state.holder);
  const status = await daemon.bouncer.status.query();
  if (!status.on) {
    yield finding({ check: 'bouncer', level: 'bad', message: 'The local login is off.', todo: '`minimix bouncer on`' });
    return;
  }
  const { file, fingerprint } = await daemon.bouncer.ca.query();
  const kept = settings?.bouncer;
  const ownAuthority = kept?.cert === undefined;
  const trust = ownAuthority ? { ca: readFileSync(file, 'utf8'), pin: undefined } : { ca: undefined, pin: fingerprint };
  const endpoints = endpointsOf(status, kept);
  for (const { jid } of settings?.accounts ?? []) {
    const met: Probed[] = [];
    for (const endpoint of endpoints) {
      const { found, probed } = await tryEndpoint(endpoint, { domain: domainOf(jid), ...trust }, jid);
      if (probed) met.push(probed);
      yield found;
    }
    for (const name of kept?.names ?? []) if (isIP(name) === 0) yield await examineName(name, jid);
    const sasl2 = met[0]?.sasl2 ?? [];
    if (met.length > 0) yield* judgePhones({ loopbackAlone: endpoints.every(({ host }) => isLoopback(host)), directTlsPort: status.network?.directTlsPort ?? status.directTlsPort, ownAuthority, sasl2 }, jid);
  }
}

function endpointsOf(status: RunningBouncer, kept: KeptBouncer | undefined): Endpoint[] {
  const at = (host: string, port: number, direct: boolean): Endpoint[] => addressesOf(host).map((address) => ({ host: address, port, direct }));
  const { hosts = [], port = 0, directTlsPort = 0 } = status.network ?? {};
  const others = hosts.flatMap((host) => [...at(host, port, false), ...at(host, directTlsPort, true)]);
  return [...at(status.host, status.port, false), ...at(kept?.directTls?.host ?? status.host, status.directTlsPort, true), ...others];
}

async function tryEndpoint(endpoint: Endpoint, trust: Trust, jid: string): Promise<{ found: Finding; probed?: Probed }> {
  const where = `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port} (${endpoint.direct ? 'direct TLS' : 'STARTTLS'})`;
  try {
    const probed = await probe(endpoint, trust, { dns: systemDns, patience: PATIENCE, plain: false, signal: AbortSignal.timeout(PATIENCE * 2) });
    const { protocol, names, mechanisms, sasl2 } = probed;
    const offers = `${mechanisms[0] ?? 'nothing'}${sasl2.length > 0 ? ' and SASL2' : ''}`;
    const message = `${where} answers with ${protocol ?? 'no TLS'}; its certificate names ${names.join(', ')}; it offers ${offers}.`;
    const named = isLoopback(endpoint.host) || names.includes(endpoint.host);
    if (named) return { probed, found: finding({ check: 'reach', level: 'ok', message }, jid) };
    return { probed, found: finding({ check: 'reach', level: 'note', message, todo: `Clients that are told ${endpoint.host} look for it in the certificate, or for ${trust.domain}: \`minimix bouncer on --name ${endpoint.host}\`` }, jid) };
  } catch (error) {
    return { found: finding({ check: 'reach', level: 'bad', message: `${where}: ${sentenceOf(error)}.`, todo: 'See `minimix log --level warn`; a firewall of this computer may be in between.' }, jid) };
  }
}

async function examineName(name: string, jid: string): Promise<Finding> {
  const check = 'name';
  try {
    const found = await lookup(name, { all: true });
    return finding({ check, level: 'ok', message: `${name} is ${found.map(({ address }) => address).join(', ')} in this network.` }, jid);
  } catch (error) {
    return finding({ check, level: 'bad', message: `${name} is not found: ${sentenceOf(error)}.`, todo: 'Give it an entry in your router’s or your domain’s DNS, or type the address into the device.' }, jid);
  }
}

/** What the two phones' clients that ask the most would say. */
export function* judgePhones({ loopbackAlone, directTlsPort, ownAuthority, sasl2 }: Met, jid: string): Generator<Finding> {
  const note = (check: string, message: string, todo: string): Finding => finding({ check, level: 'note', message, todo }, jid);
  if (loopbackAlone) yield note('phone', 'Only this computer reaches the bouncer: it listens on no other address.', NEEDS_WORD);
  const direct = CONVERSATIONS_DIRECT.includes(directTlsPort);
  if (!direct) yield note('Conversations', `It speaks direct TLS on the ports 443 and 5223 alone, and the bouncer has ${directTlsPort}.`, 'Type the STARTTLS port into it; or `minimix bouncer on --phone --ports 5222,5223`');
  if (ownAuthority) yield note('Conversations', 'It asks whether to trust the certificate, which is of an authority of your own.', 'Compare the fingerprint with `minimix bouncer ca`.');
  if (direct && !ownAuthority) yield finding({ check: 'Conversations', level: 'ok', message: 'It finds nothing amiss.' }, jid);
  if (!sasl2.some((name) => name.startsWith('SCRAM-'))) yield note('Monal', 'It speaks SCRAM inside SASL2 alone, which is not offered.', 'See `minimix log --level warn`.');
  else if (ownAuthority) yield note('Monal', 'It takes no certificate that its system does not trust, and asks nobody.', 'Give the bouncer a certificate of a public authority: `minimix bouncer on --cert FILE --key FILE`; or install the authority on the device (`minimix bouncer ca`).');
  else yield finding({ check: 'Monal', level: 'ok', message: 'It finds SCRAM inside SASL2, and a certificate of your own choice.' }, jid);
}
