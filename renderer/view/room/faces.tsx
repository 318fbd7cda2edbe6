import { createContext, use, useMemo, type ReactNode } from 'react';
import { avatarHref } from '../../api/files.ts';
import { useSigned } from '../controls/use-signed.ts';
import type { ApiOccupant } from '../../api/client.ts';
import type { RoomName } from '../../state/timelines.ts';
import { Badge } from './nick.tsx';

type Faces = ReadonlyMap<string, string>;

const HASH = 40; // characters of a SHA-1

const Context = createContext<Faces>(new Map());

/** Lets what is in it show the pictures of a room's occupants, by nick. */
export function FacesOf({ name, occupants, children }: { name: RoomName; occupants: readonly ApiOccupant[]; children: ReactNode }) {
  const { account, room } = name;
  // Occupants are asked for often; pictures seldom change, and each change renders all that shows one.
  const known = occupants.flatMap(({ nick, avatar }) => (avatar === undefined ? [] : [`${avatar} ${nick}`])).join('\n');
  const faces = useMemo(() => {
    const lines = known === '' ? [] : known.split('\n');
    return new Map(lines.map((line) => [line.slice(HASH + 1), avatarHref({ account, room, nick: line.slice(HASH + 1), hash: line.slice(0, HASH) })]));
  }, [account, room, known]);
  return <Context value={faces}>{children}</Context>;
}

/** Somebody's picture where they have one, else the letter on their colour. */
export function Face({ nick }: { nick: string | null }) {
  const { src, failed } = useSigned(use(Context).get(nick ?? ''));
  if (nick === null || src === undefined) return <Badge nick={nick} />;
  return <img className="badge face" src={src} alt="" loading="lazy" decoding="async" draggable={false} onError={failed} />;
}
