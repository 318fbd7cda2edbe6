// A name server on loopback: SRV records (RFC 2782) over UDP (RFC 1035), and what a name server in trouble says.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** What is known of a name: records, none of this sort, or that the server itself is in trouble. A name that is not listed does not exist. */
export type Zone = Readonly<Record<string, readonly Srv[] | 'trouble'>>;

const [NO_SUCH_NAME, TROUBLE] = [3, 2];

/** Resolves with its `address:port`, and with what ends it. */
export async function startDns(zone: Zone): Promise<{ address: string; stop(): Promise<void> }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => socket.send(answerTo(query, zone), port, address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise((resolve) => void socket.close(resolve)),
  };
}

function answerTo(query: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += length + 1;
  }
  const question = query.subarray(12, at + 5);
  const known = zone[labels.join('.').toLowerCase()];
  const records = Array.isArray(known) ? known : [];
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (known === 'trouble' ? TROUBLE : known === undefined ? NO_SUCH_NAME : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, question, ...records.map(encoded)]);
}

function encoded({ priority, weight, port, target }: Srv): Buffer {
  const name = Buffer.concat([...target.split('.').filter(Boolean).map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.of(0)]);
  const head = Buffer.alloc(18);
  head.writeUInt16BE(0xc00c, 0); // the name that was asked for
  head.writeUInt16BE(33, 2); // SRV
  head.writeUInt16BE(1, 4); // IN
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(6 + name.length, 10);
  head.writeUInt16BE(priority, 12);
  head.writeUInt16BE(weight, 14);
  head.writeUInt16BE(port, 16);
  return Buffer.concat([head, name]);
}
