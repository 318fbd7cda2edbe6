import { daemon, typing } from '../../state/page.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick } from '../../text/visible.ts';

const NAMED = 3;

/** Who else is typing; nothing while nobody is. */
export function Typers({ name }: { name: RoomName }) {
  const key = keyOf(name);
  const own = useStore(daemon, (state) => state.rooms.get(key)?.nick);
  const nicks = useStore(typing.store, (all) => all.get(key));
  const others = nicks?.filter((nick) => nick !== own) ?? [];
  if (others.length === 0) return null;
  const named = others.slice(0, NAMED).map((nick) => visibleNick(nick, strings.unknownNick));
  return (
    <p className="typers">
      <span className="typers-dots" aria-hidden="true">
        <span />
        <span />
        <span />
      </span>
      <bdi>{others.length > NAMED ? strings.composing.manyTyping : strings.composing.typing(named)}</bdi>
    </p>
  );
}
