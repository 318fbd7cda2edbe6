// The servers that the tests share, and the page. Vitest runs this once before the first flow or page test, and not at all where none is asked for.
import type { TestProject } from 'vitest/node';
import { buildPage } from '../../ui/support/build-page.ts';
import { startEjabberd } from './ejabberd.ts';
import { startProsody } from './prosody.ts';
import type { ServerAddress, XmppServer } from './server.ts';
import './servers.types.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.allSettled([
    startProsody({ websocket: true, fileShare: true }),
    startEjabberd(),
  ]);
  const built = await Promise.allSettled([buildPage()]);
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async (): Promise<void> => { await Promise.all(running.map((server) => server.stop())); };
  const failed = [...started, ...built].find((one) => one.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  project.provide('servers', running.map(addressOf));
  return stop;
}

/** The plain data of a server, which is all that crosses to the test processes. */
function addressOf(server: XmppServer): ServerAddress {
  const { kind, domain, host, port, directTlsPort, httpPort, caFile, ca, fingerprint, archivedRooms, plainRooms } = server;
  return {
    kind, domain, host, port, directTlsPort, httpPort, caFile, ca, fingerprint, archivedRooms, plainRooms,
    dir: server.dir, log: server.log,
  };
}
