import { inBackground } from '../../core/background.ts';
import { actions, type Action, type ActionContext } from './adhoc-commands.ts';
import type { Account } from '../../account/contract.ts';
import { resourceOf } from '../../core/jid.ts';
import { chatReply, isChatReply } from '../../xmpp/xep/message/chat-reply.ts';
import type { Stanza } from '../../xmpp/stanza.ts';

export interface ChatOptions extends Pick<ActionContext, 'find'> {
  readonly account: Account;
  readonly log: (level: 'error', message: string, about?: object) => void;
  readonly signal: AbortSignal;
}

const MAX_LINE = 40_000;
const MAX_REPLY = 20_000;
const MAX_RUNNING = 20;

/** For clients without commands: a chat to the daemon's full JID is a verb and its words. */
export function startChat({ account, find, log, signal }: ChatOptions): void {
  let running = 0;
  let replies = 0;

  async function answer(stanza: Stanza, line: string): Promise<void> {
    const { action, values } = parse(line);
    const done = action ? await action.perform({ account, find, resource: resourceOf(stanza.from) }, values) : undefined;
    const text = done === undefined ? help() : done.ok ? done.value.text : done.error.message;
    replies += 1;
    account.server.write(chatReply(stanza.from, `${Date.now().toString(36)}-${replies}`, text.slice(0, MAX_REPLY)));
  }

  account.events.subscribe((event) => {
    if (event.type !== 'own-message' || isChatReply(event.stanza)) return;
    const { stanza } = event;
    const body = stanza.type === undefined || stanza.type === 'chat' || stanza.type === 'normal' ? stanza.element.getChildText('body') : undefined;
    if (!body || running >= MAX_RUNNING) return;
    running += 1;
    inBackground(log, 'answering a chat', answer(stanza, body.slice(0, MAX_LINE).trim()).finally(() => (running -= 1)));
  }, signal, 'the chat');
}

/** The verb and its fields: one word each, and the last one takes the rest of the line. */
function parse(line: string): { readonly action: Action | undefined; readonly values: Readonly<Record<string, string>> } {
  const [verb = '', ...words] = line.split(/\s+/);
  const action = actions.find(({ name }) => name === verb.toLowerCase());
  let rest = line.slice(verb.length).trim();
  const values: Record<string, string> = {};
  for (const [index, { name }] of (action?.fields ?? []).entries()) {
    const last = index === (action?.fields.length ?? 0) - 1;
    const word = last ? rest : (words[index] ?? '');
    rest = rest.slice(word.length).trim();
    if (word !== '') values[name] = word;
  }
  return { action, values };
}

/** One line a verb; what need not be said stands in brackets. */
function help(): string {
  const lines = actions.map(({ name, title, fields }) => {
    const words = fields.map((field) => (field.required ? field.name.toUpperCase() : `[${field.name.toUpperCase()}]`));
    return `${[name, ...words].join(' ')} – ${title}`;
  });
  return ['This is Minimix. It understands:', ...lines].join('\n');
}
