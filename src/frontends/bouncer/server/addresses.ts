// The addresses of this computer, as devices reach it.
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';

const MOST = 12;
/** Addresses that stand for all that this computer has. */
const ANY = ['0.0.0.0', '::'];
const LINK_LOCAL = /^(?:fe80:|169\.254\.)/i;
const PRIVATE = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/;
/** Where WireGuard's kin give out addresses (RFC 6598). */
const SHARED = /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

export function isAny(host: string): boolean {
  return ANY.includes(host);
}

export function isLoopback(host: string): boolean {
  return /^(?:127\.|::1$|localhost$|::ffff:127\.)/.test(host);
}

/** What a listener on that address can be reached at. */
export function addressesOf(host: string): string[] {
  if (!isAny(host)) return [host];
  const fits = ownAddresses().filter((address) => host === '::' || isIPv4(address));
  return fits.slice(0, MOST);
}

/** This computer's addresses beyond loopback, the likeliest for a phone in the same house first. */
export function networkAddresses(all: readonly string[] = ownAddresses()): string[] {
  const rank = (address: string): number => (PRIVATE.test(address) ? 0 : SHARED.test(address) ? 1 : isIPv4(address) ? 2 : 3);
  return all.filter((address) => !isLoopback(address)).toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  return [...new Set(all.map(({ address }) => address))].filter((address) => !LINK_LOCAL.test(address));
}
