// RFC 6120 3.2 and XEP-0368: where the server of a domain listens.
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte. */
  readonly direct: boolean;
}

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** The part of DNS that we use, so that a test can be one. */
export interface Dns {
  srv(name: string): Promise<SrvRecord[]>;
  /** For the addresses of a host; the system's where it is left out. */
  readonly lookup?: LookupFunction;
}

const MAX_RECORDS = 20;
const FALLBACK_PORT = 5222;

/** Asks the system's name servers, or those that are given as `address:port`. */
export function dnsOf(servers?: readonly string[]): Dns {
  return {
    srv(name) {
      const resolver = new Resolver({ timeout: 3000, tries: 2 });
      if (servers) resolver.setServers(servers);
      return resolver.resolveSrv(name);
    },
  };
}

export const systemDns: Dns = dnsOf();

/**
 * All endpoints of a domain, best first: both services merged by priority and weight, else the domain itself.
 */
export async function endpointsOf(
  domain: string,
  dns: Dns,
  random: () => number = Math.random,
): Promise<Endpoint[]> {
  const fallback = { host: domain, port: FALLBACK_PORT, direct: false };
  if (isIP(domain) !== 0 || domain === 'localhost') return [fallback];
  const [direct, plain] = await Promise.all([
    records(dns, `_xmpps-client._tcp.${domain}`),
    records(dns, `_xmpp-client._tcp.${domain}`),
  ]);
  const all = [
    ...direct.map((record) => ({ ...record, direct: true })),
    ...plain.map((record) => ({ ...record, direct: false })),
  ];
  // A target of '.' says that the service is not there (RFC 2782); with nothing else left, the domain itself
  // is tried.
  const usable = all.filter((record) => record.name !== '' && record.name !== '.').slice(0, MAX_RECORDS);
  const ordered = byPriority(usable, random);
  if (ordered.length === 0) return [fallback];
  return ordered.map(({ name, port, direct: tls }) => ({ host: name.replace(/\.$/, ''), port, direct: tls }));
}

/** No answer counts as no records: the domain itself is tried then, and DNS again next time. */
async function records(dns: Dns, name: string): Promise<SrvRecord[]> {
  return dns.srv(name).catch(() => []);
}

/** RFC 2782: lower priorities first; within one, drawn by weight. */
function byPriority<T extends SrvRecord>(list: readonly T[], random: () => number): T[] {
  const left = list.toSorted((a, b) => a.priority - b.priority || a.weight - b.weight);
  const ordered: T[] = [];
  for (let head = left[0]; head !== undefined; head = left[0]) {
    const { priority } = head;
    const group = left.filter((record) => record.priority === priority);
    let draw = random() * group.reduce((sum, record) => sum + record.weight, 0);
    const chosen = group.find((record) => (draw -= record.weight) < 0) ?? head;
    ordered.push(chosen);
    left.splice(left.indexOf(chosen), 1);
  }
  return ordered;
}

/** Reads `host`, `host:port`, `[v6]` or `[v6]:port`, as `<see-other-host/>` and SM's location write it. */
export function parseHostPort(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? FALLBACK_PORT : Number(match[3]);
  if (host === undefined || host.length > 255 || port < 1 || port > 65_535) return undefined;
  return { host, port };
}
