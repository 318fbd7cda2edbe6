// XEP-0045 7.10: Registering with a Room, by XEP-0077
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import type { AskedField, AskedForm } from '../service/data-form.ts';
import { readForm, submitted } from '../service/data-form.ts';

export const NS_REGISTER = 'jabber:iq:register';

const MAX_TEXT = 2_000;
const MAX_FIELDS = 20;

export type Registration =
  | { readonly state: 'registered'; readonly nick: string | undefined }
  | {
      readonly state: 'open';
      readonly form: AskedForm;
      /** It has no form of XEP-0004: XEP-0077's own fields. */
      readonly plain: boolean;
    };

export function registerQuery(room: string): Element {
  return xml('iq', { type: 'get', to: room }, xml('query', { xmlns: NS_REGISTER }));
}

/** What the room says of our registration; `undefined` where the answer holds nothing of it. */
export function readRegistration(iq: Element): Registration | undefined {
  const query = iq.getChild('query', NS_REGISTER);
  if (!query) return undefined;
  const form = readForm(query);
  const nick = (query.getChildText('username') ?? query.getChildText('nick'))?.trim().slice(0, MAX_TEXT);
  if (query.getChild('registered')) return { state: 'registered', nick: nick || form?.fields.find(isNick)?.value };
  const instructions = query.getChildText('instructions')?.trim().slice(0, MAX_TEXT) || undefined;
  if (form) return { state: 'open', plain: false, form: { ...form, instructions: form.instructions ?? instructions } };
  const fields = query.children.filter((child): child is Element => typeof child !== 'string' && child.getName() !== 'instructions');
  return { state: 'open', plain: true, form: { title: undefined, instructions, fields: fields.slice(0, MAX_FIELDS).map(plainField) } };
}

/** The answer to a form, whichever kind it is. */
export function registerSet(room: string, { form, plain }: Extract<Registration, { state: 'open' }>, values: Readonly<Record<string, string>>): Element {
  const fields = form.fields.flatMap(({ name, value }) => xml(name, {}, values[name] ?? value ?? ''));
  return xml('iq', { type: 'set', to: room }, xml('query', { xmlns: NS_REGISTER }, ...(plain ? fields : [submitted(form, values)])));
}

/** XEP-0077 3.2. */
export function registerRemoval(room: string): Element {
  return xml('iq', { type: 'set', to: room }, xml('query', { xmlns: NS_REGISTER }, xml('remove')));
}

/** Whether a field asks for the nick. COMPAT: Prosody 0.12 and others leave out what stands before `roomnick`. */
export function isNick({ name }: Pick<AskedField, 'name'>): boolean {
  return /(^|[#_])(roomnick|nick|username)$/.test(name);
}

function plainField(element: Element): AskedField {
  const name = element.getName().slice(0, 100);
  return { name, label: name, type: name === 'password' ? 'text-private' : 'text-single', required: true, value: element.getText().slice(0, MAX_TEXT) || undefined, hidden: name === 'key', several: false };
}
