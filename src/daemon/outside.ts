import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { fail, ok, sentenceOf, type Result } from '../core/errors.ts';

/** How an account treats addresses that strangers or its server name. */
export interface OutsideTrust {
  /** Its own domain: hosts in it may have private addresses. */
  readonly domain: string;
  /** A private CA in PEM. */
  readonly ca: string | undefined;
  /** The person named a server on this machine as the account's server. */
  readonly loopback: boolean;
}

interface Outgoing {
  readonly trust: OutsideTrust;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for the next byte. */
  readonly patience: number;
}

/** As `dns.lookup` is asked here. */
type Lookup = (host: string, options: LookupAllOptions, callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void) => void;

const MOST_REDIRECTS = 3;

/**
 * Uploads a file to the address that the account's server gave (XEP-0363 5). Uses https only; http only if the account's
 * server and the address are both on this machine.
 */
export async function putFile(url: string, { headers, body, how }: { headers: Readonly<Record<string, string | number>>; body: Readable; how: Outgoing }): Promise<Result<undefined>> {
  const target = checked(url, how.trust);
  if (!target.ok) return target;
  try {
    const answer = await send(target.value, { method: 'PUT', headers }, { how, body });
    answer.resume();
    const status = answer.statusCode ?? 0;
    return status >= 200 && status < 300 ? ok(undefined) : fail('upload-failed', `Upload failed: the server answered ${status}.`);
  } catch (error) {
    return fail('upload-failed', `Upload failed: ${sentenceOf(error)}.`, error);
  }
}

/** Downloads up to `most` bytes, without cookies, referrer or user agent. Refuses private addresses. */
export async function fetchFile(url: string, most: number, how: Outgoing): Promise<Result<Buffer>> {
  try {
    let next = url;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      const target = checked(next, how.trust);
      if (!target.ok) return target;
      const answer = await send(target.value, { method: 'GET', headers: { accept: 'image/*' } }, { how });
      const { location } = answer.headers;
      if ((answer.statusCode ?? 0) >= 300 && (answer.statusCode ?? 0) < 400 && location !== undefined) {
        answer.destroy();
        next = new URL(location, target.value).href;
        continue;
      }
      if (answer.statusCode !== 200) {
        answer.destroy();
        return fail('not-fetched', `The server answered ${answer.statusCode ?? 'nothing'}.`);
      }
      return await readAll(answer, most);
    }
    return fail('not-fetched', 'The link redirects too often.');
  } catch (error) {
    return fail('not-fetched', `The file could not be downloaded: ${sentenceOf(error)}.`, error);
  }
}

async function readAll(answer: IncomingMessage, most: number): Promise<Result<Buffer>> {
  const tooLarge = fail('too-large', 'The file is too large to be shown here.');
  if (Number(answer.headers['content-length'] ?? 0) > most) {
    answer.destroy();
    return tooLarge;
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > most) return tooLarge;
    parts.push(part);
  }
  return ok(Buffer.concat(parts));
}

function send(url: URL, options: RequestOptions, { how: { trust, signal, patience }, body }: { how: Outgoing; body?: Readable }): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      ...options,
      agent: false,
      lookup: guardedLookup(trust),
      ...(trust.ca !== undefined && inDomain(url.hostname, trust) ? { ca: trust.ca } : {}),
      ...(signal && { signal }),
    });
    request.setTimeout(patience, () => request.destroy(new Error('it does not answer')));
    request.once('error', reject);
    request.once('response', resolve);
    if (!body) {
      request.end();
      return;
    }
    // Not `pipeline`: a server may answer (413, say) before it has read the whole body, and then reads no further.
    body.once('error', (error) => request.destroy(error));
    body.pipe(request);
  });
}

function checked(text: string, trust: OutsideTrust): Result<URL> {
  const url = URL.parse(text);
  if (!url || url.username !== '' || url.password !== '') return fail('bad-link', 'This link cannot be opened.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const here = trust.loopback && isLoopback(host);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && here)) return fail('bad-link', 'Only https links can be opened.');
  if (isIP(host) !== 0 && !mayReach(host, host, trust)) return fail('bad-link', 'The link points into a private network.');
  return ok(url);
}

/** Refuses private addresses during the connection's own lookup, so that a second lookup cannot give another address. */
export function guardedLookup(trust: OutsideTrust, lookup: Lookup = systemLookup): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const fits = error ? [] : addresses.filter(({ address }) => mayReach(host, address, trust));
      const [first] = fits;
      if (error) callback(error, '', 4);
      else if (!first) callback(new Error('the name points into a private network'), '', 4);
      else if (options.all === true) callback(null, fits);
      else callback(null, first.address, first.family);
    });
  };
}

/** One list for each family: one that holds ::ffff:0:0/96 would refuse every IPv4 address. */
const privateNets = { 4: new BlockList(), 6: new BlockList() };
for (const [net, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['224.0.0.0', 3]] as const) {
  privateNets[4].addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [['64:ff9b:1::', 48], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8]] as const) {
  privateNets[6].addSubnet(net, bits, 'ipv6');
}
// What carries an IPv4 address: compatible (with :: and ::1), mapped, translated (RFC 2765, 6052), Teredo, 6to4. A router on
// the way may unwrap it into this network.
for (const [net, bits] of [['::', 96], ['::ffff:0:0', 96], ['::ffff:0:0:0', 96], ['64:ff9b::', 96], ['2001::', 32], ['2002::', 16]] as const) {
  privateNets[6].addSubnet(net, bits, 'ipv6');
}

/** Whether the daemon may connect to this address of `host`. */
function mayReach(host: string, scoped: string, trust: OutsideTrust): boolean {
  const address = scoped.replace(/%.*$/, ''); // the list reads no zone of RFC 4007
  const family = isIP(address);
  if (family === 4 && !privateNets[4].check(address, 'ipv4')) return true;
  if (family === 6 && !privateNets[6].check(address, 'ipv6')) return true;
  return (trust.loopback && isLoopback(address)) || (isIP(host) === 0 && inDomain(host, trust));
}

function inDomain(host: string, { domain, loopback }: OutsideTrust): boolean {
  return host === domain || host.endsWith(`.${domain}`) || (loopback && isLoopback(host));
}

function isLoopback(address: string): boolean {
  return /^127\.\d+\.\d+\.\d+$/.test(address) || address === '::1' || address === 'localhost';
}
