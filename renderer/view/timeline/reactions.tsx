import type { Message } from '../../api/client.ts';
import { inBackground } from '../../state/background.ts';
import { canReact } from '../../state/composing.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { picking } from '../../state/talk/emoji.ts';
import { daemon, recentEmoji } from '../../state/page.ts';
import { reacting, toggleReaction, withWish } from '../../state/talk/reacting.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick } from '../../text/visible.ts';
import { ReactIcon } from '../controls/icons.tsx';

const NAMED = 12; // nicks of one reaction that are told; the rest is a number

/** What others, and the person, have reacted: a click joins in, or takes it back. */
export function Reactions({ message, name, nick }: { message: Message; name: RoomName; nick: string | undefined }) {
  const wish = useStore(reacting, (wishes) => wishes.get(message.id));
  const joined = useStore(daemon, (state) => state.rooms.get(keyOf(name))?.state === 'joined');
  const reactions = withWish(message.reactions, wish, nick);
  if (reactions.length === 0) return null;
  const open = joined && nick !== undefined && canReact(message);
  const toggle = (emoji: string): void => {
    if (nick === undefined) return;
    recentEmoji.used(emoji);
    inBackground('reacting', toggleReaction(message, nick, emoji));
  };
  return (
    <ul className="reactions">
      {reactions.map(({ emoji, nicks }) => {
        const own = nick !== undefined && nicks.includes(nick);
        const shown = visibleNick(emoji, '?');
        const who = whoOf(nicks, nick);
        return (
          <li key={emoji}>
            <button type="button" className={own ? 'reaction reaction-own' : 'reaction'} title={who} aria-pressed={own} disabled={!open} onClick={() => toggle(emoji)}>
              <span aria-hidden="true">
                <bdi className="reaction-emoji">{shown}</bdi> {nicks.length}
              </span>
              <span className="unseen">{strings.message.reaction(shown, nicks.length, who)}</span>
            </button>
          </li>
        );
      })}
      {open && (
        <li>
          <button type="button" className="reaction reaction-more" aria-label={strings.message.react} title={strings.message.react} onClick={({ currentTarget }) => picking.set({ anchor: currentTarget, pick: toggle })}>
            <ReactIcon />
          </button>
        </li>
      )}
    </ul>
  );
}

function whoOf(nicks: readonly string[], own: string | undefined): string {
  const named = nicks.slice(0, NAMED).map((one) => (one === own ? strings.message.you : visibleNick(one, strings.unknownNick)));
  return nicks.length > NAMED ? `${named.join(', ')} ${strings.message.andMore(nicks.length - NAMED)}` : named.join(', ');
}
