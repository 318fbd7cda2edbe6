import { useMemo } from 'react';
import type { Message } from '../api/client.ts';
import { keyOf } from '../state/house.ts';
import { house } from '../state/page.ts';
import { hrefOf } from '../state/route.ts';
import { useStore } from '../state/store.ts';
import { excerptOf } from '../text/excerpt.ts';
import { momentOf } from '../text/time.ts';
import { visibleText } from '../text/visible.ts';
import { Badge, Nick } from './nick.tsx';
import { nameOf } from './room-list.tsx';
import { MINUTE, useNow } from './use-now.ts';

/** One hit, with the words that were looked for marked; leads to its place in the room. */
export function SearchHit({ hit, words }: { hit: Message; words: readonly string[] }) {
  const room = useStore(house, (state) => state.rooms.get(keyOf(hit)));
  const now = useNow(MINUTE);
  const pieces = useMemo(() => excerptOf(visibleText(hit.body ?? hit.subject ?? ''), words), [hit, words]);
  return (
    <li>
      <a className="hit" href={hrefOf({ view: 'room', account: hit.account, room: hit.room, at: hit.id })}>
        <Badge nick={hit.nick} />
        <span className="hit-main">
          <span className="hit-head">
            <Nick nick={hit.nick} coloured />
            <bdi className="hit-room">{room ? nameOf(room) : hit.room}</bdi>
            <time dateTime={hit.at} title={hit.at}>
              {momentOf(new Date(hit.at), new Date(now))}
            </time>
          </span>
          <span className="hit-text" dir="auto">
            {pieces.map((piece, index) => (piece.hit ? <mark key={index}>{piece.text}</mark> : piece.text))}
          </span>
        </span>
      </a>
    </li>
  );
}
