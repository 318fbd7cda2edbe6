import { lastHeard } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { shortened, visibleNick, visibleText } from '../../text/visible.ts';

const SPOKEN = 240; // characters: nobody wants a screen reader to read 100 kB

/** Speaks what others say in the room that is open. The timeline itself is silent, since old pages come into it too. */
export function LiveVoice({ name, nick }: { name: RoomName; nick: string | undefined }) {
  const spoken = useStore(lastHeard, (message) => {
    if (!message || message.room !== name.room || message.account !== name.account) return '';
    if (message.nick === nick || message.delayed || message.body === null) return '';
    const from = message.nick === null ? strings.roomItself : visibleNick(message.nick, strings.unknownNick);
    const words = message.spoiler === null ? message.body : `${strings.message.spoiler} ${message.spoiler}`;
    return strings.timeline.says(from, shortened(visibleText(words), SPOKEN));
  });
  return (
    <div className="unseen" role="log" aria-live="polite" aria-relevant="additions text">
      {spoken}
    </div>
  );
}
