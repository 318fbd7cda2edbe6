import { connect } from '../../src/xmpp/connection.ts';
import type { Connection, ConnectionOptions, ConnectionStatus, Receiver, StreamState } from '../../src/xmpp/contract.ts';
import type { Dns } from '../../src/xmpp/transport/resolve.ts';
import type { PassedOver, Stanza } from '../../src/xmpp/stanza.ts';
import { feed } from '../support/until.ts';
import type { Feed } from '../support/until.ts';

export interface Watched {
  readonly connection: Connection;
  readonly batches: Feed<{ batch: readonly Stanza[]; state: StreamState | undefined }>;
  readonly stanzas: Feed<Stanza>;
  readonly passedOver: Feed<PassedOver>;
  readonly statuses: Feed<ConnectionStatus>;
  readonly logs: string[];
  /** The last state that `receive` was given. */
  state(): StreamState | undefined;
  reaches(state: ConnectionStatus['state']): Promise<ConnectionStatus>;
}

/** `receive` takes part in what comes: it may throw, to play a full disk. */
export type WatchOptions = ConnectionOptions & { receive?: Receiver };

/** Our connection with all that it says written down. */
export function watch(
  { receive, ...options }: WatchOptions,
  dns?: Dns,
): Watched {
  const batches = feed<{ batch: readonly Stanza[]; state: StreamState | undefined }>();
  const stanzas = feed<Stanza>((stanza) => stanza.raw);
  const passedOver = feed<PassedOver>((stanza) => stanza.head);
  const statuses = feed<ConnectionStatus>();
  const logs: string[] = [];
  let last: StreamState | undefined;
  const connection = connect(
    {
      backoff: { first: 20, ceiling: 100 },
      log: (_level, message) => void logs.push(message),
      ...options,
    },
    dns,
  );
  connection.onStanzas((batch, state, passed) => {
    receive?.(batch, state, passed);
    last = state;
    batches.push({ batch, state });
    for (const stanza of batch) stanzas.push(stanza);
    for (const stanza of passed) passedOver.push(stanza);
  });
  connection.onStatus((status) => statuses.push(status));
  const reaches = (state: ConnectionStatus['state']): Promise<ConnectionStatus> =>
    statuses.next((status) => status.state === state, { what: `the state ${state}` });
  return { connection, batches, stanzas, passedOver, statuses, logs, state: () => last, reaches };
}
