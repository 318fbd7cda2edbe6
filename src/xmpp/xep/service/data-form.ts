// XEP-0004: Data Forms
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { ADDRESS, short } from './short.ts';

export const NS_DATA = 'jabber:x:data';
const MAX_FIELDS = 50;
const MAX_VALUE = 10_000;

export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly type: 'text-single' | 'text-private' | 'text-multi' | 'list-single' | 'jid-single' | 'boolean';
  readonly required?: boolean;
  readonly value?: string | undefined;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
}

/** 3.1: a form to be filled in. */
export function form(title: string, instructions: string, fields: readonly FormField[]): Element {
  return xml(
    'x',
    { xmlns: NS_DATA, type: 'form' },
    xml('title', {}, title),
    xml('instructions', {}, instructions),
    ...fields.map(({ name, label, type, required, value, options = [] }) =>
      xml(
        'field',
        { var: name, label, type },
        ...(required ? [xml('required')] : []),
        ...(value === undefined ? [] : [xml('value', {}, value)]),
        ...options.map((option) => xml('option', { label: option.label }, xml('value', {}, option.value))),
      ),
    ),
  );
}

/** A field of somebody else's form, for a person to fill in. */
export interface AskedField extends FormField {
  /** Fields that a person does not see are sent back as they came. */
  readonly hidden: boolean;
  /** Several values, a line each. */
  readonly several: boolean;
}

export interface AskedForm {
  readonly title: string | undefined;
  readonly instructions: string | undefined;
  readonly fields: readonly AskedField[];
}

const MAX_OPTIONS = 200;
const asText = new Map<string, FormField['type']>([
  ['text-private', 'text-private'], ['text-multi', 'text-multi'], ['jid-multi', 'text-multi'], ['list-multi', 'text-multi'],
  ['list-single', 'list-single'], ['jid-single', 'jid-single'], ['boolean', 'boolean'],
]);

/** 3.1: a form that somebody asks us to fill in; `undefined` where there is none. What cannot be shown is a line of text. */
export function readForm(parent: Element): AskedForm | undefined {
  const x = parent.getChild('x', NS_DATA);
  if (x?.attrs['type'] !== 'form') return undefined;
  const fields = x.getChildren('field').slice(0, MAX_FIELDS).flatMap((field): AskedField[] => {
    const name = short(field.attrs['var'], ADDRESS);
    const type = String(field.attrs['type'] ?? 'text-single');
    if (name === undefined || name === '' || type === 'fixed') return [];
    const values = field.getChildren('value').slice(0, MAX_OPTIONS).map((value) => value.text().slice(0, MAX_VALUE));
    const options = field.getChildren('option').slice(0, MAX_OPTIONS).map((option) => {
      const value = option.getChildText('value') ?? '';
      return { value: value.slice(0, MAX_VALUE), label: short(option.attrs['label'], ADDRESS) ?? value.slice(0, ADDRESS) };
    });
    return [{
      name,
      label: short(field.attrs['label'], ADDRESS) ?? name,
      type: asText.get(type) ?? 'text-single',
      required: field.getChild('required') !== undefined,
      value: values.length === 0 ? undefined : values.join('\n'),
      ...(options.length > 0 && { options }),
      hidden: type === 'hidden',
      several: type.endsWith('-multi'),
    }];
  });
  const text = (name: string): string | undefined => x.getChildText(name)?.trim().slice(0, MAX_VALUE) || undefined;
  return { title: text('title'), instructions: text('instructions'), fields };
}

/** 3.2: the form filled in. What is not given keeps the form's own value. */
export function submitted({ fields }: AskedForm, values: Readonly<Record<string, string>>): Element {
  const x = xml('x', { xmlns: NS_DATA, type: 'submit' });
  for (const { name, value, hidden, several } of fields) {
    const given = (hidden ? undefined : values[name]) ?? value;
    if (given === undefined || (given === '' && !hidden)) continue;
    const texts = several ? given.split('\n') : [given];
    x.append(xml('field', { var: name }, ...texts.map((text) => xml('value', {}, text))));
  }
  return x;
}

interface Table {
  readonly columns: readonly { readonly name: string; readonly label: string }[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/**
 * 3.4: several items as a result, and the same in words, on one line (3.2). COMPAT: profanity 0.13 shows no items, and with
 * a form no XEP-0050 note either.
 */
export function resultTable(title: string, { columns, rows }: Table, words: string): Element {
  return xml(
    'x',
    { xmlns: NS_DATA, type: 'result' },
    xml('title', {}, title),
    xml('instructions', {}, words.replaceAll('\n', ' | ')),
    xml('reported', {}, ...columns.map(({ name, label }) => xml('field', { var: name, label, type: 'text-single' }))),
    ...rows.map((row) => xml('item', {}, ...columns.map(({ name }) => xml('field', { var: name }, xml('value', {}, row[name] ?? ''))))),
  );
}

/** What somebody has filled in, by field; several values of a field are lines. `undefined` where there is no form. */
export function readSubmitted(parent: Element): Readonly<Record<string, string>> | undefined {
  const x = parent.getChild('x', NS_DATA);
  return x?.attrs['type'] === 'submit' ? valuesOf(x) : undefined;
}

/** The first value of each field of the first form, an empty one too, in the order of the fields. */
export function readFields(parent: Element): ReadonlyMap<string, string> {
  const fields = parent.getChild('x', NS_DATA)?.getChildren('field').slice(0, MAX_FIELDS) ?? [];
  return new Map(fields.map((field) => [String(field.attrs['var'] ?? ''), field.getChildText('value') ?? '']));
}

/** XEP-0128: the form of that FORM_TYPE in an answer, by field. */
export function readInfoForm(parent: Element, formType: string): Readonly<Record<string, string>> | undefined {
  const forms = parent.getChildren('x', NS_DATA).slice(0, 20).map(valuesOf);
  return forms.find((values) => values['FORM_TYPE'] === formType);
}

function valuesOf(x: Element): Readonly<Record<string, string>> {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const field of x.getChildren('field').slice(0, MAX_FIELDS)) {
    const name: unknown = field.attrs['var'];
    const value = field.getChildren('value').map((one) => one.text()).join('\n').slice(0, MAX_VALUE);
    if (typeof name === 'string' && value !== '') values[name] = value;
  }
  return values;
}
