import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { examineByVisit } from '../account/look.ts';
import type { AccountSettings } from '../account/settings.ts';
import type { Secrets } from '../config/secrets.ts';
import { sentenceOf } from '../core/errors.ts';
import { finding, type Finding } from '../core/finding.ts';
import { domainOf } from '../core/jid.ts';
import { probe, type Probed } from '../xmpp/probe.ts';
import { endpointsOf, systemDns, type Endpoint } from '../xmpp/resolve.ts';

const PATIENCE = 8_000; // milliseconds for one connection
const MOST_ENDPOINTS = 4;
const DAY = 86_400_000;
const SOON = 21; // days

/** DNS, TLS and certificate of an account's server, as anyone on this computer sees them. */
export async function examineEndpoints(settings: AccountSettings): Promise<Finding[]> {
  const { jid, server, directTls } = settings;
  const dns = server ? namedServer(jid, server) : await examineDns(jid);
  const endpoints = server ? [{ ...server, direct: directTls === true }] : await endpointsOf(domainOf(jid), systemDns);
  const looked = await Promise.all(endpoints.slice(0, MOST_ENDPOINTS).map((endpoint) => examineEndpoint(settings, endpoint)));
  const reachable = looked.some(({ level }) => level !== 'bad');
  // one way in is enough; the others are worth knowing
  return [dns, ...looked.map((one) => (reachable && one.level === 'bad' ? { ...one, level: 'note' as const } : one))];
}

function namedServer(jid: string, { host, port }: { host: string; port: number }): Finding {
  return finding({ check: 'dns', level: 'ok', message: `The settings name the server (${host}:${port}): DNS is not asked for it.` }, jid);
}

async function examineDns(jid: string): Promise<Finding> {
  const check = 'dns';
  const domain = domainOf(jid);
  const services = ['_xmpps-client._tcp', '_xmpp-client._tcp'];
  const records = await Promise.all(services.map((service) => systemDns.srv(`${service}.${domain}`).then((list) => list.length, () => 0)));
  const [direct = 0, plain = 0] = records;
  if (direct + plain > 0) return finding({ check, level: 'ok', message: `${domain} has ${direct} records for direct TLS and ${plain} for STARTTLS.` }, jid);
  if (isIP(domain) !== 0) return finding({ check, level: 'ok', message: `${domain} is an address.` }, jid);
  const why = await lookup(domain).then(() => undefined, (error: unknown) => sentenceOf(error));
  if (why === undefined) return finding({ check, level: 'note', message: `${domain} has no SRV records: port 5222 of the name itself is tried.` }, jid);
  return finding({ check, level: 'bad', message: `${domain} is not found: ${why}.`, todo: 'Look for a typing error in the address, or name the server: `minimix settings set account.server …`' }, jid);
}

async function examineEndpoint({ jid, ca, pin, allowPlaintext }: AccountSettings, endpoint: Endpoint): Promise<Finding> {
  const check = 'tls';
  const where = `${endpoint.host}:${endpoint.port} (${endpoint.direct ? 'direct TLS' : allowPlaintext ? 'plain' : 'STARTTLS'})`;
  try {
    const options = { dns: systemDns, patience: PATIENCE, plain: allowPlaintext === true, signal: AbortSignal.timeout(PATIENCE * 2) };
    return finding({ check, ...judged(where, await probe(endpoint, { domain: domainOf(jid), ca, pin }, options)) }, jid);
  } catch (error) {
    const why = sentenceOf(error).replace(/; if the root CA is installed locally.*$/, ''); // advice for programmers of Node
    return finding({ check, level: 'bad', message: `${where}: ${why}.`, todo: adviceOn(why) }, jid);
  }
}

function judged(where: string, { protocol, expires, mechanisms }: Probed): Pick<Finding, 'level' | 'message'> & { todo?: string } {
  const takes = mechanisms.filter((name) => name.startsWith('SCRAM-') || name === 'PLAIN').join(', ') || 'no login that we know';
  if (protocol === undefined) return { level: 'note', message: `${where} answers without TLS; it takes ${takes}.`, todo: 'Everybody on the way reads the password: `minimix settings set account.allowPlaintext false` where the server has TLS.' };
  const days = expires === undefined ? undefined : Math.floor((expires - Date.now()) / DAY);
  const message = `${where} answers with ${protocol}; its certificate ${days === undefined ? 'is trusted' : `is trusted for ${days} more days`}; it takes ${takes}.`;
  if (days !== undefined && days < SOON) return { level: 'note', message, todo: 'Whoever runs the server should renew it: the connection fails the day it ends.' };
  return { level: 'ok', message };
}

function adviceOn(why: string): string {
  if (/expired/i.test(why)) return 'The certificate has ended (or this clock is wrong): whoever runs the server renews it.';
  if (/pinned/i.test(why)) return 'Compare the new fingerprint with whoever runs the server; then `minimix settings set account.pin …`';
  if (/self.signed|unable to (verify|get)|issuer/i.test(why)) return 'Name its authority (`account add --ca FILE`), or pin it: `minimix settings set account.pin SHA256`';
  if (/altnames|does not match/i.test(why)) return 'The certificate is another name’s: look for a typing error, or tell whoever runs the server.';
  if (/no TLS/i.test(why)) return 'Nothing is sent without TLS. Ask whoever runs the server.';
  return 'See that the server runs, and that no firewall stands between.';
}

/** What only a login can tell, where no daemon runs. */
export async function examineLogin(settings: AccountSettings, secrets: Secrets): Promise<Finding[]> {
  const { jid } = settings;
  const check = 'login';
  const again = `\`minimix account remove ${jid}\` and \`minimix account add ${jid}\``;
  let password: string | undefined;
  try {
    password = await secrets.read(jid);
  } catch (error) {
    return [finding({ check, level: 'bad', message: sentenceOf(error), todo: 'Unlock the keyring.' }, jid)];
  }
  if (password === undefined) return [finding({ check, level: 'bad', message: 'There is no password for the account.', todo: again }, jid)];
  const seen = await examineByVisit({ settings, password, log: () => undefined });
  if (seen.ok) return [finding({ check, level: 'ok', message: 'The server takes the login.' }, jid), ...seen.value];
  return [finding({ check, level: 'bad', message: `No login: ${seen.error.message}`, todo: seen.error.code === 'refused' ? `Where the password is another one now: ${again}` : 'See above what is in the way.' }, jid)];
}
