import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/** The user id at the other end of a loopback connection, 'gone' where that end is closed, `undefined` where the system does not tell. */
export type PeerUser = number | 'gone' | undefined;

const MAPPED = '0000000000000000FFFF0000'; // ::ffff:0:0/96 as the kernel writes it

/** Asks Linux whose socket it is (proc_net_tcp(5)): the table has a line for the other end too, for it is on this computer. */
export function peerUser({ remoteAddress, remotePort, localAddress, localPort }: Socket): PeerUser {
  if (process.platform !== 'linux' || localPort === undefined) return undefined;
  if (remoteAddress === undefined || remotePort === undefined) return 'gone';
  const [there, here] = [hexOf(remoteAddress, remotePort), hexOf(localAddress ?? '', localPort)];
  if (there === undefined || here === undefined) return undefined;
  const plain = lineOf('/proc/net/tcp', `: ${there} ${here} `);
  // a program that opened an IPv6 socket is in the other table
  const line = plain ?? lineOf('/proc/net/tcp6', `: ${MAPPED}${there} ${MAPPED}${here} `);
  if (line === undefined) return readTable('/proc/net/tcp') === '' ? undefined : 'gone';
  const [uid, , inode] = line.trim().split(/\s+/).slice(6);
  // a socket that its program has closed belongs to nobody, and says 0: that is not root
  return inode === '0' ? 'gone' : Number(uid);
}

function lineOf(path: string, ends: string): string | undefined {
  const table = readTable(path);
  const at = table.indexOf(ends);
  return at === -1 ? undefined : table.slice(at + 2, table.indexOf('\n', at));
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // no /proc, or one that hides it
  }
}

/** 127.0.0.1, 7722 as 0100007F:1E2A. */
function hexOf(address: string, port: number): string | undefined {
  const bytes = /^(?:::ffff:)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number);
  if (bytes === undefined) return undefined;
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
  const ordered = endianness() === 'LE' ? bytes.toReversed() : bytes;
  return `${ordered.map((byte) => hex(byte, 2)).join('')}:${hex(port, 4)}`;
}
