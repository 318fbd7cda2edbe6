// XEP-0313 with XEP-0059, the archive's side: what is asked of an archive, and how it answers
import type { Element } from '../../xml.ts';
import { escapeXML, xml } from '../../xml.ts';
import { delayText, readStamp } from '../message/delay.ts';
import { NS_DATA, readFields } from './data-form.ts';
import { NS_MAM, NS_RSM } from './mam.ts';

/** A value that was given, and cannot be one of its kind. */
export type NoValue = 'unreadable';

/** 4.1: a page that is asked for, as far as any archive can read it. */
export interface MamRequest {
  readonly queryId: string | undefined;
  readonly with: string | undefined;
  /** Milliseconds since the epoch. */
  readonly start: number | undefined | NoValue;
  readonly end: number | undefined | NoValue;
  /** Ids of the archive: only what stands behind, or before. */
  readonly after: string | undefined;
  readonly before: string | undefined;
  /** The same bound stands in the form and in the set: the archive may say which is the narrower. */
  readonly boundTwice: boolean;
  /** The last page of what fits, in place of the first (XEP-0059 2.5). */
  readonly fromEnd: boolean;
  readonly max: number | undefined | NoValue;
  /** XEP-0059 2.6: a page by its number. */
  readonly byIndex: boolean;
  /** 4.1.5: newest first. */
  readonly flipped: boolean;
  /** The names of all fields of the form. */
  readonly fields: readonly string[];
}

/** Reads a `set` query. */
export function readMamRequest(query: Element): MamRequest {
  const fields = readFields(query);
  const set = query.getChild('set', NS_RSM);
  const [afterId, beforeId] = [fields.get('after-id'), fields.get('before-id')];
  const before = set?.getChild('before');
  const max = set?.getChildText('max') ?? undefined;
  const queryId: unknown = query.attrs['queryid'];
  return {
    queryId: typeof queryId === 'string' ? queryId : undefined,
    with: fields.get('with'),
    start: timeOf(fields.get('start')),
    end: timeOf(fields.get('end')),
    after: set?.getChildText('after') || afterId || undefined,
    before: before?.getText() || beforeId || undefined,
    boundTwice: (afterId !== undefined && set?.getChild('after') !== undefined) || (beforeId !== undefined && before !== undefined),
    fromEnd: before !== undefined,
    max: max === undefined ? undefined : /^\d{1,9}$/.test(max) ? Number(max) : 'unreadable',
    byIndex: set?.getChild('index') !== undefined,
    flipped: query.getChild('flip-page', NS_MAM) !== undefined,
    fields: [...fields.keys()],
  };
}

function timeOf(text: string | undefined): number | undefined | NoValue {
  return text === undefined ? undefined : (readStamp(text) ?? 'unreadable');
}

/** 4.1.1: what can be asked for, by field and type. */
export function mamForm(filters: readonly (readonly [name: string, type: string])[]): Element {
  const type = xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, NS_MAM));
  const fields = filters.map(([name, kind]) => xml('field', { var: name, type: kind }));
  return xml('query', { xmlns: NS_MAM }, xml('x', { xmlns: NS_DATA, type: 'form' }, type, ...fields));
}

export interface MamEntry {
  /** By the archive. */
  readonly id: string;
  /** When it was said, in milliseconds since the epoch. */
  readonly at: number;
  /** The stanza as it was sent. */
  readonly text: string;
}

/** 4.2: one result, as text. Without `from` it comes from whoever writes it. */
export function mamResult({ id, at, text }: MamEntry, { from, to, queryId }: { readonly from?: string; readonly to: string; readonly queryId: string | undefined }): string {
  const [sender, asked] = [from === undefined ? '' : ` from='${escapeXML(from)}'`, queryId === undefined ? '' : ` queryid='${escapeXML(queryId)}'`];
  const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'>${delayText(at)}${text}</forwarded>`;
  return `<message xmlns='jabber:client'${sender} to='${escapeXML(to)}'><result xmlns='${NS_MAM}'${asked} id='${escapeXML(id)}'>${forwarded}</result></message>`;
}

/** 4.4: the end of a page. Its oldest and newest id stand in it, also of one that was sent newest first (4.1.5). */
export function mamFin(ids: readonly string[], { complete, flipped }: { readonly complete: boolean; readonly flipped: boolean }): Element {
  const [first, last] = flipped ? [ids.at(-1), ids[0]] : [ids[0], ids.at(-1)];
  const set = xml('set', { xmlns: NS_RSM });
  if (first !== undefined && last !== undefined) set.append(xml('first', {}, first), xml('last', {}, last));
  return xml('fin', { xmlns: NS_MAM, ...(complete && { complete: 'true' }) }, set);
}

/** 4.1.4: where the archive begins and ends; nothing where it is empty. */
export function mamMetadata(ends: { readonly start: MamEntry; readonly end: MamEntry } | undefined): Element {
  const end = (name: 'start' | 'end', { id, at }: MamEntry): Element => xml(name, { id, timestamp: new Date(at).toISOString() });
  return xml('metadata', { xmlns: NS_MAM }, ...(ends ? [end('start', ends.start), end('end', ends.end)] : []));
}
