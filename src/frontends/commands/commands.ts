import { randomUUID } from 'node:crypto';
import { actions, type Action, type ActionContext } from './adhoc-commands.ts';
import { sentenceOf } from '../../core/errors.ts';
import { resourceOf } from '../../core/jid.ts';
import { commandAnswer, NS_COMMANDS, readCommand, type CommandAnswer } from '../../xmpp/xep/service/commands.ts';
import { form, NS_DATA, readSubmitted, resultTable, type FormField } from '../../xmpp/xep/service/data-form.ts';
import { discoInfo, discoItems } from '../../xmpp/xep/service/disco.ts';
import { errorAnswer, resultAnswer } from '../../xmpp/xep/service/errors.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { xml, type Element } from '../../xmpp/xml.ts';
import { startChat, type ChatOptions } from './chat.ts';
import { inBackground } from '../../core/background.ts';

interface CommandsOptions extends ChatOptions {
  /** Whether a plain chat to the daemon is answered. Default true. */
  readonly chat?: boolean | undefined;
}

/** Joins take their time; more than so many at once are no person's. */
const MAX_RUNNING = 20;
/** Of a list, in words. */
const MAX_CHOICES = 20;

/** XEP-0050 on the daemon's full JID, for the account's own resources. To be started before the account. */
export function startCommands({ account, find, log, signal, chat = true }: CommandsOptions): void {
  let running = 0;

  function handle(stanza: Stanza, payload: Element): Element | undefined {
    const resource = resourceOf(stanza.from);
    const { element } = stanza;
    if (resource === '') return errorAnswer(element, { type: 'auth', condition: 'forbidden', text: 'Commands are for the account’s own devices.' });
    const request = readCommand(payload);
    const action = actions.find(({ name }) => name === request?.node);
    if (!request || !action) return errorAnswer(element, { type: 'cancel', condition: 'item-not-found', text: 'There is no such command.' });
    const context: ActionContext = { account, find, resource };
    const sessionId = request.sessionId ?? randomUUID();
    const answer = (rest: Omit<CommandAnswer, 'node' | 'sessionId'>): Element =>
      resultAnswer(element, commandAnswer({ node: action.name, sessionId, ...rest }));
    if (request.action === 'cancel') return answer({ status: 'canceled' });
    if (!['execute', 'complete', 'next'].includes(request.action)) return badAction(element);
    const values = readSubmitted(payload);
    if (!values && action.fields.length > 0) return answer({ status: 'executing', form: formOf(action, context) });
    if (running >= MAX_RUNNING) return errorAnswer(element, { type: 'wait', condition: 'resource-constraint', text: 'Too many commands are running.' });
    running += 1;
    const answered = run(action, context, { values: values ?? {}, answer })
      .catch((error: unknown) => {
        log('error', `the command ${action.name} failed: ${sentenceOf(error)}`, { error });
        return errorAnswer(element, { type: 'cancel', condition: 'internal-server-error' });
      })
      .then((done) => account.server.write(done.toString()))
      .finally(() => (running -= 1));
    inBackground(log, `answering the command ${action.name}`, answered);
    return undefined;
  }

  account.server.onIq({
    name: 'command',
    xmlns: NS_COMMANDS,
    types: ['set'],
    features: [NS_COMMANDS, NS_DATA],
    handle,
    info(node) {
      const title = node === NS_COMMANDS ? 'Commands' : actions.find(({ name }) => name === node)?.title;
      if (title === undefined) return undefined;
      const type = node === NS_COMMANDS ? 'command-list' : 'command-node';
      return discoInfo([{ category: 'automation', type, name: title }], [NS_COMMANDS, NS_DATA], node);
    },
    items(node, to) {
      if (node !== NS_COMMANDS) return undefined;
      return discoItems(actions.map(({ name, title }) => ({ jid: to, node: name, name: title })), node);
    },
  }, signal);
  if (chat) startChat({ account, find, log, signal });
}

/** What it has done, or the form again with what is wrong in it. */
async function run(
  action: Action,
  context: ActionContext,
  { values, answer }: { values: Readonly<Record<string, string>>; answer: (rest: Omit<CommandAnswer, 'node' | 'sessionId'>) => Element },
): Promise<Element> {
  const done = await action.perform(context, values);
  if (done.ok) {
    const { text, table } = done.value;
    const shown = table && table.rows.length > 0 ? resultTable(action.title, table, text) : undefined;
    return answer({ status: 'completed', form: shown, note: { type: 'info', text } });
  }
  const note = { type: 'error', text: done.error.message } as const;
  if (done.error.code !== 'invalid') return answer({ status: 'completed', note });
  return answer({ status: 'executing', form: formOf(action, context, values), note });
}

function formOf(action: Action, context: ActionContext, values: Readonly<Record<string, string>> = {}): Element {
  const fields = action.fields.map(({ options, ...field }) => ({ ...field, value: values[field.name], options: options?.(context) ?? [] }));
  const choices = fields.filter(({ options, value }) => options.length > 0 && value === undefined).map(choicesOf);
  return form(action.title, ['Fill in the required fields.', ...choices].join('\n'), fields);
}

/** COMPAT: profanity 0.13 draws the options of a list only where one of them is chosen already. */
function choicesOf({ label, options }: Pick<FormField, 'label'> & { readonly options: NonNullable<FormField['options']> }): string {
  const shown = options.slice(0, MAX_CHOICES).map(({ value }) => value);
  return `${label}: ${shown.join(', ')}${options.length > MAX_CHOICES ? ', …' : ''}`;
}

/** XEP-0050 4.6. */
function badAction(iq: Element): Element {
  const answer = errorAnswer(iq, { type: 'modify', condition: 'bad-request' });
  answer.getChild('error')?.append(xml('bad-action', { xmlns: NS_COMMANDS }));
  return answer;
}
