import { inBackground } from '../../../core/background.ts';
import { sentenceOf } from '../../../core/errors.ts';
import type { NetworkDoor } from '../contract.ts';
import type { StreamHost } from './host.ts';
import { startListener } from './listener.ts';
import type { Listener } from './listener.ts';

export interface NetworkListeners {
  /** The addresses at which it listens now. */
  hosts(): readonly string[];
  stop(): Promise<void>;
}

interface NetworkListening {
  /** Milliseconds until an address at which it could not listen is tried again. */
  readonly again: number;
  /** Told why it listens not everywhere, a sentence for each address; none once it does. */
  readonly missing: (why: readonly string[]) => void;
}

/** Listens at each of these addresses that this computer has, and at the others as soon as it has them: a network comes and goes. */
export async function listenInNetwork({ hosts, port, directTlsPort }: NetworkDoor, streams: StreamHost, { again, missing }: NetworkListening): Promise<NetworkListeners> {
  const open = new Map<string, readonly Listener[]>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  /** Both ports of an address, or neither. */
  async function listenAt(host: string): Promise<void> {
    const begun = [await startListener({ host, port }, streams, false)];
    try {
      begun.push(await startListener({ host, port: directTlsPort }, streams, true));
    } catch (error) {
      for (const one of begun) await one.stop();
      throw error;
    }
    open.set(host, begun);
  }

  async function tryMissing(): Promise<void> {
    const why: string[] = [];
    for (const host of hosts) {
      if (!open.has(host)) await listenAt(host).catch((error: unknown) => why.push(sentenceOf(error)));
    }
    if (stopped) return;
    missing(why);
    if (why.length > 0) timer = setTimeout(() => inBackground(streams.log, 'listening in the network', (trying = tryMissing())), again).unref();
  }

  let trying = tryMissing();
  await trying;
  return {
    hosts: () => [...open.keys()],
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.allSettled([trying]);
      await Promise.all([...open.values()].flat().map((one) => one.stop()));
    },
  };
}
