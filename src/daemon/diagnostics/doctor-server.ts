import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { examineByLogin } from '../../account/server/probe-server.ts';
import type { AccountSettings } from '../../account/settings.ts';
import type { Secrets } from '../../config/secrets.ts';
import { sentenceOf } from '../../core/errors.ts';
import { finding, type Finding } from '../../core/diagnostics.ts';
import { domainOf } from '../../core/jid.ts';
import { StreamEnd } from '../../xmpp/faults.ts';
import { probe, type Probed } from '../../xmpp/stream/probe.ts';
import { endpointsOf, systemDns, type Dns, type Endpoint, type SrvRecord } from '../../xmpp/transport/resolve.ts';

const PATIENCE = 8_000; // milliseconds for one connection
const MOST_ENDPOINTS = 4;
const DAY = 86_400_000;
const SOON = 21; // days

/** Checks DNS, TLS and certificate of an account's server without logging in. */
export async function examineEndpoints(settings: AccountSettings, dns: Dns = systemDns): Promise<Finding[]> {
  const { jid, server, directTls } = settings;
  const named = server ? namedServer(jid, server) : await examineDns(jid, dns);
  const endpoints = server ? [{ ...server, direct: directTls === true }] : await endpointsOf(domainOf(jid), dns);
  const looked = await Promise.all(endpoints.slice(0, MOST_ENDPOINTS).map((endpoint) => examineEndpoint(settings, endpoint, dns)));
  const reachable = looked.some(({ level }) => level !== 'bad');
  // one working record is enough; the others are worth a note
  return [named, ...looked.map((one) => (reachable && one.level === 'bad' ? { ...one, level: 'note' as const } : one))];
}

function namedServer(jid: string, { host, port }: { host: string; port: number }): Finding {
  return finding({ check: 'dns', level: 'ok', message: `The settings name the server (${host}:${port}), so Minimix does not look it up in DNS.` }, jid);
}

const NAME_IT = 'name the server: `minimix settings set account.server …`';
/** The error by which a name server says that there is no such record; all others mean that DNS does not work. */
const NO_RECORD: readonly unknown[] = ['ENOTFOUND', 'ENODATA'];

type Srv = { readonly records: readonly SrvRecord[]; readonly trouble?: string };

async function askSrv(dns: Dns, name: string): Promise<Srv> {
  try {
    return { records: await dns.srv(name) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return { records: [], ...(!NO_RECORD.includes(code) && { trouble: sentenceOf(error) }) };
  }
}

async function examineDns(jid: string, dns: Dns): Promise<Finding> {
  const check = 'dns';
  const domain = domainOf(jid);
  if (isIP(domain) !== 0) return finding({ check, level: 'ok', message: `${domain} is an address.` }, jid);
  const [direct, plain] = await Promise.all([askSrv(dns, `_xmpps-client._tcp.${domain}`), askSrv(dns, `_xmpp-client._tcp.${domain}`)]);
  const count = ({ records }: Srv): number => records.filter(({ name }) => name !== '' && name !== '.').length;
  if (count(direct) + count(plain) > 0) return finding({ check, level: 'ok', message: `${domain} has ${count(direct)} records for direct TLS and ${count(plain)} for STARTTLS.` }, jid);
  const trouble = direct.trouble ?? plain.trouble;
  if (trouble !== undefined) {
    return finding({ check, level: 'bad', message: `DNS does not answer for ${domain}: ${trouble}.`, todo: `Check that this computer is online and its DNS works (\`resolvectl query ${domain}\`); or ${NAME_IT}` }, jid);
  }
  if (direct.records.length + plain.records.length > 0) {
    return finding({ check, level: 'bad', message: `${domain} says in DNS that it accepts no clients (an SRV record to “.”).`, todo: `Ask its admin; or ${NAME_IT}` }, jid);
  }
  const why = await lookup(domain).then(() => undefined, (error: unknown) => sentenceOf(error));
  if (why === undefined) return finding({ check, level: 'note', message: `${domain} has no SRV records: Minimix tries port 5222 of the name itself.`, todo: `Nothing, if the lines below are fine; else ${NAME_IT}` }, jid);
  return finding({ check, level: 'bad', message: `${domain} is not found: ${why}.`, todo: `Check the address for typos; or ${NAME_IT}` }, jid);
}

async function examineEndpoint({ jid, ca, pin, allowPlaintext }: AccountSettings, endpoint: Endpoint, dns: Dns): Promise<Finding> {
  const check = 'tls';
  const where = `${endpoint.host}:${endpoint.port} (${endpoint.direct ? 'direct TLS' : allowPlaintext ? 'plain' : 'STARTTLS'})`;
  try {
    const options = { dns, patience: PATIENCE, plain: allowPlaintext === true, signal: AbortSignal.timeout(PATIENCE * 2) };
    return finding({ check, ...judged(where, await probe(endpoint, { domain: domainOf(jid), ca, pin }, options)) }, jid);
  } catch (error) {
    const why = sentenceOf(error);
    return finding({ check, level: 'bad', message: `${where}: ${why}.`, todo: adviceOn(why, error instanceof StreamEnd ? error.certificate : undefined) }, jid);
  }
}

type Judgement = { readonly message: string } & ({ readonly level: 'ok' } | { readonly level: 'note'; readonly todo: string });

function judged(where: string, { protocol, expires, mechanisms }: Probed): Judgement {
  const takes = mechanisms.filter((name) => name.startsWith('SCRAM-') || name === 'PLAIN').join(', ') || 'no login method that Minimix supports';
  if (protocol === undefined) return { level: 'note', message: `${where} answers without TLS; it accepts ${takes}.`, todo: 'Anyone on the network can read the password. If the server supports TLS: `minimix settings set account.allowPlaintext false`' };
  const days = expires === undefined ? undefined : Math.floor((expires - Date.now()) / DAY);
  const message = `${where} answers with ${protocol}; its certificate ${days === undefined ? 'is trusted' : `is trusted for ${days} more days`}; it accepts ${takes}.`;
  if (days !== undefined && days < SOON) return { level: 'note', message, todo: 'Ask your server’s admin to renew it: the connection fails on the day it expires.' };
  return { level: 'ok', message };
}

function adviceOn(why: string, certificate?: string): string {
  if (/expired/i.test(why)) return 'The certificate has expired (or this computer’s clock is wrong): ask your server’s admin to renew it.';
  if (/fingerprint/i.test(why)) return 'Compare the new fingerprint with your server’s admin; then `minimix settings set account.pin …`';
  if (/authority that/i.test(why)) return `Name its authority (\`account add --ca FILE\`), or compare its fingerprint with your server’s admin and pin it: \`minimix settings set account.pin ${certificate ?? 'SHA256'}\``;
  if (/another name/i.test(why)) return 'The certificate is for another name: check for typos, or tell your server’s admin.';
  if (/no TLS/i.test(why)) return 'Minimix sends nothing without TLS. Ask your server’s admin.';
  return 'Check that the server is running and no firewall blocks it.';
}

/** What only a login can tell, if no daemon runs. */
export async function examineLogin(settings: AccountSettings, secrets: Secrets): Promise<Finding[]> {
  const { jid } = settings;
  const check = 'login';
  const again = `\`minimix account password ${jid}\``;
  let password: string | undefined;
  try {
    password = await secrets.read(jid);
  } catch (error) {
    return [finding({ check, level: 'bad', message: sentenceOf(error), todo: 'Unlock the keyring.' }, jid)];
  }
  if (password === undefined) return [finding({ check, level: 'bad', message: 'There is no password for the account.', todo: again }, jid)];
  const seen = await examineByLogin({ settings, password, log: () => undefined });
  if (seen.ok) return [finding({ check, level: 'ok', message: 'The login works.' }, jid), ...seen.value];
  return [finding({ check, level: 'bad', message: `The login failed: ${seen.error.message}`, todo: seen.error.code === 'refused' ? `If the password has changed: ${again}` : 'See the findings above.' }, jid)];
}
