import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';

/** The user id at the other end of a loopback connection, 'gone' where that end is closed, `undefined` where the system does not tell. */
export type PeerUser = number | 'gone' | undefined;

const MAPPED = '0000000000000000FFFF0000'; // ::ffff:0:0/96 as the kernel writes it

/** Asks Linux whose socket it is (proc_net_tcp(5)): the table has a line for the other end too, for it is on this computer. */
export function peerUser(socket: Socket): PeerUser {
  const ends = endsOf(socket);
  if (typeof ends !== 'object') return ends;
  const plain = readTable(V4);
  return userIn(plain, ends) ?? userIn(readTable(V6), mapped(ends)) ?? missingFrom(plain);
}

/**
 * The same, for a port that everybody may knock at: the kernel takes its time over a long table, so that it is read off the
 * event loop, and once for all who wait for it.
 */
export function createPeerUsers(): (socket: Socket) => Promise<PeerUser> {
  const [plainTable, otherTable] = [sharedReader(V4), sharedReader(V6)];
  return async (socket) => {
    const ends = endsOf(socket);
    if (typeof ends !== 'object') return ends;
    const plain = await plainTable();
    return userIn(plain, ends) ?? userIn(await otherTable(), mapped(ends)) ?? missingFrom(plain);
  };
}

const V4 = '/proc/net/tcp';
const V6 = '/proc/net/tcp6';

interface Ends {
  readonly there: string;
  readonly here: string;
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): Ends | PeerUser {
  if (process.platform !== 'linux' || localPort === undefined) return undefined;
  if (remoteAddress === undefined || remotePort === undefined) return 'gone';
  const [there, here] = [hexOf(remoteAddress, remotePort), hexOf(localAddress ?? '', localPort)];
  return there === undefined || here === undefined ? undefined : { there, here };
}

/** A program that opened an IPv6 socket is in the other table. */
function mapped({ there, here }: Ends): Ends {
  return { there: `${MAPPED}${there}`, here: `${MAPPED}${here}` };
}

function userIn(table: string, { there, here }: Ends): PeerUser {
  const at = table.indexOf(`: ${there} ${here} `);
  if (at === -1) return undefined;
  const [uid, , inode] = table.slice(at + 2, table.indexOf('\n', at)).trim().split(/\s+/).slice(6);
  // a socket that its program has closed belongs to nobody, and says 0: that is not root
  return inode === '0' ? 'gone' : Number(uid);
}

/** Without a line: no /proc, or one that hides it, or a connection that is over. */
function missingFrom(table: string): PeerUser {
  return table === '' ? undefined : 'gone';
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // no /proc, or one that hides it
  }
}

/** Reads once for all who ask until it begins; whoever asks later may not be in it, and waits for the next. */
function sharedReader(path: string): () => Promise<string> {
  let running: Promise<string> | undefined;
  let next: Promise<string> | undefined;
  const read = (): Promise<string> => {
    const begun = readFile(path, 'latin1').catch(() => '').finally(() => {
      if (running === begun) running = undefined;
    });
    running = begun;
    return begun;
  };
  return () => {
    if (!running) return read();
    next ??= running.then(() => {
      next = undefined;
      return read();
    });
    return next;
  };
}

/** 127.0.0.1, 7722 as 0100007F:1E2A. */
function hexOf(address: string, port: number): string | undefined {
  const bytes = /^(?:::ffff:)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)?.slice(1).map(Number);
  if (bytes === undefined) return undefined;
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');
  const ordered = endianness() === 'LE' ? bytes.toReversed() : bytes;
  return `${ordered.map((byte) => hex(byte, 2)).join('')}:${hex(port, 4)}`;
}
