import { useMemo } from 'react';
import type { ApiHit } from '../../api/client.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { daemon } from '../../state/page.ts';
import { hrefOf } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { momentOf } from '../../text/time.ts';
import { visibleText } from '../../text/visible.ts';
import { Badge, Nick } from '../room/nick.tsx';
import { nameOf } from '../room/room-list.tsx';
import { MINUTE, useNow } from '../controls/use-now.ts';

/** One hit, with the words that were looked for marked; leads to its place in the room. */
export function SearchHit({ hit }: { hit: ApiHit }) {
  const room = useStore(daemon, (state) => state.rooms.get(keyOf(hit)));
  const now = useNow(MINUTE);
  const pieces = useMemo(() => piecesOf(hit.excerpt), [hit]);
  const several = useStore(daemon, (state) => state.accounts.length > 1);
  const view = hit.kind === 'private' ? ({ view: 'private' } as const) : ({ view: 'room', at: hit.shownAt } as const);
  return (
    <li>
      <a className="hit" href={hrefOf({ ...view, account: hit.account, room: hit.room })}>
        <Badge nick={hit.nick} />
        <span className="hit-main">
          <span className="hit-head">
            <Nick nick={hit.nick} coloured />
            <bdi className="hit-room">{room ? nameOf(room) : hit.room}</bdi>
            {hit.kind === 'private' && <span className="tag">{strings.timeline.private}</span>}
            {several && <bdi className="hit-room">{strings.search.account(hit.account)}</bdi>}
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

/** The daemon's excerpt, cut at its marks; each piece made safe to look at by itself, for that may change its length. */
function piecesOf({ text, marks }: ApiHit['excerpt']): { text: string; hit: boolean }[] {
  const pieces: { text: string; hit: boolean }[] = [];
  let at = 0;
  for (const [start, end] of marks) {
    pieces.push({ text: text.slice(at, start), hit: false }, { text: text.slice(start, end), hit: true });
    at = end;
  }
  pieces.push({ text: text.slice(at), hit: false });
  return pieces.filter((piece) => piece.text !== '').map((piece) => ({ ...piece, text: visibleText(piece.text) }));
}
