import { useRef, useState } from 'react';
import { api, type Message } from '../../api/client.ts';
import { inBackground } from '../../state/background.ts';
import { canCorrect, canReact, canReply, canRetract, compose } from '../../state/composing.ts';
import { keyOf } from '../../state/daemon-state.ts';
import { picking } from '../../state/talk/emoji.ts';
import { daemon, dialog } from '../../state/page.ts';
import { toggleReaction } from '../../state/talk/reacting.ts';
import { useStore } from '../../state/store.ts';
import { hrefOf } from '../../state/route.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { CopyIcon, DeleteIcon, EditIcon, LinkIcon, MoreIcon, ReactIcon, ReplyIcon } from '../controls/icons.tsx';
import { Popover } from '../controls/popover.tsx';

interface Props {
  readonly message: Message;
  readonly name: RoomName;
  readonly nick: string | undefined;
}

/** What can be done with a message, in the order of its use. */
export function MessageActions({ message, name, nick }: Props) {
  const joined = useStore(daemon, (state) => state.rooms.get(keyOf(name))?.state === 'joined');
  const more = useRef<HTMLButtonElement>(null);
  const [menu, setMenu] = useState<HTMLElement>();
  if (name.private || message.retracted !== null) return null;
  const key = keyOf(name);
  const react = (anchor: HTMLElement): void =>
    picking.set({ anchor, pick: (emoji) => nick !== undefined && inBackground('reacting', toggleReaction(message, nick, emoji)) });
  return (
    <span className="message-tools" role="group" aria-label={strings.message.actions}>
      {joined && canReact(message) && nick !== undefined && (
        <button type="button" className="tool-small" aria-label={strings.message.react} title={strings.message.react} onClick={({ currentTarget }) => react(currentTarget)}>
          <ReactIcon />
        </button>
      )}
      {joined && canReply(message) && (
        <button type="button" className="tool-small" aria-label={strings.message.reply} title={strings.message.reply} onClick={() => compose(key, { mode: 'reply', message })}>
          <ReplyIcon />
        </button>
      )}
      {joined && canCorrect(message, nick) && (
        <button type="button" className="tool-small" aria-label={strings.message.correct} title={strings.message.correct} onClick={() => compose(key, { mode: 'correct', message })}>
          <EditIcon />
        </button>
      )}
      <button
        ref={more}
        type="button"
        className="tool-small"
        aria-label={strings.message.more}
        title={strings.message.more}
        aria-haspopup="dialog"
        aria-expanded={menu !== undefined}
        onClick={({ currentTarget }) => setMenu(currentTarget)}
      >
        <MoreIcon />
      </button>
      {menu && <More anchor={menu} message={message} name={name} nick={nick} joined={joined} onClose={() => setMenu(undefined)} />}
    </span>
  );
}

function More({ anchor, message, name, nick, joined, onClose }: Props & { anchor: HTMLElement; joined: boolean; onClose: () => void }) {
  const body = message.body ?? '';
  const link = `${location.origin}/${hrefOf({ view: 'room', account: name.account, room: name.room, at: message.id })}`;
  const done = (work: () => void) => () => {
    onClose();
    work();
  };
  const copy = (text: string) => done(() => inBackground('copying', navigator.clipboard.writeText(text)));
  const askRetract = done(() =>
    dialog.set({
      name: 'ask',
      question: strings.message.deleteQuestion,
      go: strings.message.delete,
      act: () => api.retract.mutate({ account: name.account, room: name.room, id: message.stanzaId ?? '' }),
    }),
  );
  return (
    <Popover anchor={anchor} label={strings.message.more} className="menu" onClose={onClose}>
      {body !== '' && (
        <button type="button" className="menu-item" onClick={copy(body)}>
          <CopyIcon /> {strings.message.copyText}
        </button>
      )}
      {body !== '' && (
        <button type="button" className="menu-item" onClick={copy(quoteOf(message))}>
          <ReplyIcon /> {strings.message.copyQuote}
        </button>
      )}
      <button type="button" className="menu-item" onClick={copy(link)}>
        <LinkIcon /> {strings.message.copyLink}
      </button>
      {joined && canRetract(message, nick) && (
        <button type="button" className="menu-item menu-danger" onClick={askRetract}>
          <DeleteIcon /> {strings.message.delete}
        </button>
      )}
    </Popover>
  );
}

/** As people quote by hand: each line behind its sign. */
function quoteOf({ nick, body }: Message): string {
  const lines = (body ?? '').split('\n').map((line) => `> ${line}`);
  return [...(nick === null ? [] : [`> ${nick}:`]), ...lines, ''].join('\n');
}
