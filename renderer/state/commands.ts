import { api } from '../api/client.ts';
import { strings } from '../strings/strings.ts';
import { roomOfLink } from '../text/links.ts';
import { dialog } from './page.ts';
import { go } from './route.ts';
import type { RoomName } from './timelines.ts';

/** A command that was run; `done` rejects if there is no such command. */
interface Command {
  readonly done: Promise<unknown>;
  /** True if the command opened another view or a dialog. */
  readonly stays: boolean;
}

class UnknownCommand extends Error {
  override name = 'UnknownCommand';
}

/** Runs `/nick`, `/join`, `/leave`, `/search` and `/date`; `undefined` for a message to send, which includes `/me` and `//`. */
export function runCommand(name: RoomName, text: string): Command | undefined {
  const found = /^\/([a-z]+)(?:\s+([^]*))?$/i.exec(text.trim());
  if (!found || found[1]?.toLowerCase() === 'me') return undefined;
  const argument = (found[2] ?? '').trim();
  switch (found[1]?.toLowerCase()) {
    case 'nick':
      return { done: api.changeNick.mutate({ account: name.account, room: name.room, nick: argument }), stays: false };
    case 'join': {
      const room = roomOfLink(argument)?.room;
      dialog.set({ name: 'join', account: name.account, ...(room === undefined ? {} : { room }) });
      return { done: Promise.resolve(), stays: true };
    }
    case 'leave':
      dialog.set({ name: 'leave', account: name.account, room: name.room });
      return { done: Promise.resolve(), stays: true };
    case 'search':
      go({ view: 'search', text: argument, account: name.account, room: name.room });
      return { done: Promise.resolve(), stays: true };
    case 'date':
      dialog.set({ name: 'date', account: name.account, room: name.room });
      return { done: Promise.resolve(), stays: true };
    default: {
      const words = `${strings.composing.unknownCommand(found[1] ?? '')} ${strings.composing.commands}`;
      return { done: Promise.reject(new UnknownCommand(words)), stays: false };
    }
  }
}
