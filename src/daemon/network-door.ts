// Where devices of the network connect: which addresses of this computer, and which ports are free there.
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { NetworkDoor } from '../frontends/bouncer/contract.ts';
import { networkAddresses } from '../frontends/bouncer/server/addresses.ts';
import type { BouncerWish } from '../frontends/web/contract/bouncer-contract.ts';
import { fail, ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';

/** The ports that clients try by themselves, then those that this computer's own clients use; 0 is any. */
const PORTS = [5222, 15222, 0];
const DIRECT_TLS_PORTS = [5223, 15223, 0];

/** Completes what somebody wished (`null` ends it); what was chosen before stays, unless they say otherwise. */
export async function chooseNetwork(wish: BouncerWish['network'], before: NetworkDoor | undefined): Promise<Result<NetworkDoor | undefined>> {
  if (!wish) return ok(wish === null ? undefined : before);
  const first = networkAddresses().slice(0, 1);
  const hosts = wish.hosts ?? before?.hosts ?? first;
  if (hosts.length === 0) return fail('no-network', 'This computer is in no network just now. Name the address: `minimix bouncer on --phone --network ADDRESS`');
  const kept = String(hosts) === String(before?.hosts) ? before : undefined;
  const port = wish.port ?? kept?.port ?? (await freePort(hosts, PORTS));
  const directTlsPort = wish.directTlsPort ?? kept?.directTlsPort ?? (await freePort(hosts, DIRECT_TLS_PORTS.filter((one) => one !== port)));
  return ok({ hosts, port, directTlsPort });
}

/** The first of the ports that nobody listens on at any of these addresses. */
async function freePort(hosts: readonly string[], ports: readonly number[]): Promise<number> {
  for (const wanted of ports) {
    let port = wanted;
    for (const host of hosts) port = (await tryPort(host, port)) ?? -1;
    if (port > 0) return port;
  }
  return ports.at(0) ?? 0; // the listener then says what is wrong with that address
}

async function tryPort(host: string, port: number): Promise<number | undefined> {
  if (port < 0) return undefined;
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    return address !== null && typeof address === 'object' ? address.port : undefined;
  } catch {
    return undefined; // taken, or not ours to listen on: the next one may do
  } finally {
    server.close();
  }
}
