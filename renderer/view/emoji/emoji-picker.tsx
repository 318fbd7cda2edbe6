import { EmojiPicker as Picker } from 'frimousse';
import { language, strings } from '../../strings/strings.ts';
import { loadEmoji } from './emoji-data.ts';

const COLUMNS = 8;

/** All emoji, by group, found by name; the arrows go through them and Enter takes one. */
export default function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  return (
    <Picker.Root className="emoji-all" locale={language} columns={COLUMNS} resolveEmojiData={emojiData} onEmojiSelect={({ emoji }) => onPick(emoji)}>
      {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the person has opened it to look for one */}
      <Picker.Search className="emoji-search" autoFocus aria-label={strings.emoji.search} placeholder={strings.emoji.search} />
      <Picker.Viewport className="emoji-viewport">
        <Picker.Loading className="emoji-state">{strings.timeline.loading}</Picker.Loading>
        <Picker.Empty className="emoji-state">{strings.emoji.none}</Picker.Empty>
        <Picker.List className="emoji-list" aria-label={strings.emoji.all} components={{ CategoryHeader, Emoji, Row }} />
      </Picker.Viewport>
      <div className="emoji-name">
        <Picker.ActiveEmoji>{({ emoji }) => <span>{emoji?.label ?? ' '}</span>}</Picker.ActiveEmoji>
      </div>
    </Picker.Root>
  );
}

const emojiData = async () => (await loadEmoji()).picker;

type Parts = NonNullable<Parameters<typeof Picker.List>[0]['components']>;

const CategoryHeader: NonNullable<Parts['CategoryHeader']> = ({ category, ...props }) => (
  <div className="emoji-group" {...props}>
    {category.label}
  </div>
);

// COMPAT: frimousse 0.4 counts from 0, where ARIA counts from 1; it finds its rows by these numbers, but for the first.
const Row: NonNullable<Parts['Row']> = ({ children, 'aria-rowindex': index, ...props }) => (
  <div className="emoji-row" aria-rowindex={index === 0 ? undefined : index} {...props}>
    {children}
  </div>
);

const Emoji: NonNullable<Parts['Emoji']> = ({ emoji, 'aria-colindex': index = 0, ...props }) => {
  const cell = { ...props, 'aria-colindex': index + 1 };
  return (
    <button type="button" className={emoji.isActive ? 'emoji emoji-active' : 'emoji'} {...cell}>
      {emoji.emoji}
    </button>
  );
};
