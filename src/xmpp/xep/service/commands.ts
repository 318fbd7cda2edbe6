// XEP-0050: Ad-Hoc Commands
import type { Element } from '../../xml.ts';
import { attrsOf, xml } from '../../xml.ts';

export const NS_COMMANDS = 'http://jabber.org/protocol/commands';

interface CommandRequest {
  readonly node: string;
  readonly action: string;
  readonly sessionId: string | undefined;
}

/** 3.1: `undefined` where the payload is no request. */
export function readCommand(payload: Element): CommandRequest | undefined {
  const { node, action, sessionid } = attrsOf(payload);
  if (!payload.is('command', NS_COMMANDS) || node === undefined || node.length > 200) return undefined;
  return { node, action: action ?? 'execute', sessionId: sessionid?.slice(0, 100) };
}

export interface CommandAnswer {
  readonly node: string;
  readonly sessionId: string;
  readonly status: 'executing' | 'completed' | 'canceled';
  readonly note?: { readonly type: 'info' | 'warn' | 'error'; readonly text: string } | undefined;
  readonly form?: Element | undefined;
}

/** 3.2: a stage, or the end; the one thing left to do with a form of ours is to complete it. */
export function commandAnswer({ node, sessionId, status, note, form }: CommandAnswer): Element {
  const command = xml('command', { xmlns: NS_COMMANDS, node, sessionid: sessionId, status });
  if (status === 'executing') command.append(xml('actions', { execute: 'complete' }, xml('complete')));
  if (form) command.append(form);
  if (note) command.append(xml('note', { type: note.type }, note.text));
  return command;
}
