// XEP-0004: Data Forms
import type { Element } from '../xml.ts';
import { xml } from '../xml.ts';

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

export interface Table {
  readonly columns: readonly { readonly name: string; readonly label: string }[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** 3.4: several items as a result. */
export function resultTable(title: string, { columns, rows }: Table): Element {
  return xml(
    'x',
    { xmlns: NS_DATA, type: 'result' },
    xml('title', {}, title),
    xml('reported', {}, ...columns.map(({ name, label }) => xml('field', { var: name, label, type: 'text-single' }))),
    ...rows.map((row) => xml('item', {}, ...columns.map(({ name }) => xml('field', { var: name }, xml('value', {}, row[name] ?? ''))))),
  );
}

/** What somebody has filled in, by field; several values of a field are lines. `undefined` where there is no form. */
export function readSubmitted(parent: Element): Readonly<Record<string, string>> | undefined {
  const x = parent.getChild('x', NS_DATA);
  return x?.attrs['type'] === 'submit' ? valuesOf(x) : undefined;
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
