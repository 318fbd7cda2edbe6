import { lazy, Suspense } from 'react';
import { picking } from '../../state/talk/emoji.ts';
import { recentEmoji } from '../../state/page.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { Popover } from '../controls/popover.tsx';

const EmojiPicker = lazy(() => import('./emoji-picker.tsx'));

/** Where one picks an emoji: the five last used at once, all others when they are loaded. */
export function EmojiPopover() {
  const open = useStore(picking, (state) => state);
  const recent = useStore(recentEmoji.store, (state) => state);
  if (!open) return null;
  const { anchor, pick } = open;
  const close = (): void => {
    if (picking.get() !== open) return; // another one was opened meanwhile
    picking.set(undefined);
    if (anchor.isConnected && (document.activeElement === document.body || document.activeElement === null)) anchor.focus();
  };
  const take = (emoji: string): void => {
    recentEmoji.used(emoji);
    pick(emoji);
    close();
  };
  return (
    <Popover anchor={anchor} label={strings.emoji.pick} className="emoji-popover" onClose={close}>
      <div className="emoji-recent" role="group" aria-label={strings.emoji.recent}>
        {recent.map((emoji) => (
          <button key={emoji} type="button" className="emoji" onClick={() => take(emoji)}>
            {emoji}
          </button>
        ))}
      </div>
      <Suspense fallback={<p className="emoji-state">{strings.timeline.loading}</p>}>
        <EmojiPicker onPick={take} />
      </Suspense>
    </Popover>
  );
}
