import type { Socket } from 'node:net';
import { peerUser, type PeerUser } from '../../../xmpp/transport/peer-user.ts';

const MOST = 256;

/** The connections to the page's port, and which user each belongs to. */
export interface Connections {
  /** Adds a new connection. If there are too many, one that has never sent a valid token is closed. */
  admit(socket: Socket): void;
  userOf(socket: Socket): PeerUser;
  /** A request with a valid token came over it: it is not closed to make room for another. */
  trust(socket: Socket): void;
  /** Other code owns the connection now, as after an upgrade. */
  release(socket: Socket): void;
}

interface ConnectionsOptions {
  readonly most?: number;
  readonly user?: (socket: Socket) => PeerUser;
}

export function createConnections({ most = MOST, user = peerUser }: ConnectionsOptions = {}): Connections {
  const open = new Map<Socket, { readonly user: PeerUser; trusted: boolean }>();

  /** The oldest connection of the user with the most connections that never sent a token. */
  function victim(): Socket | undefined {
    const strangers = [...open].filter(([, { trusted }]) => !trusted);
    const [largest] = [...Map.groupBy(strangers, ([, one]) => one.user).values()].toSorted((a, b) => b.length - a.length);
    return largest?.[0]?.[0];
  }

  return {
    admit(socket) {
      const who = user(socket);
      if (who === 'gone') {
        socket.destroy();
        return;
      }
      open.set(socket, { user: who, trusted: false });
      socket.once('close', () => open.delete(socket));
      if (open.size <= most) return;
      const closed = victim() ?? socket;
      open.delete(closed);
      closed.destroy();
    },
    userOf: (socket) => open.get(socket)?.user,
    trust(socket) {
      const one = open.get(socket);
      if (one) one.trusted = true;
    },
    release: (socket) => { open.delete(socket); },
  };
}
