// XEP-0313 4.1 with XEP-0059, the archive's side: what somebody asks of a room's archive
import type { Element } from '../../xml.ts';
import { readStamp } from '../message/delay.ts';
import { NS_MAM, NS_RSM } from './mam.ts';

export interface RoomQuery {
  readonly queryId: string | undefined;
  /** Room time, milliseconds since the epoch. */
  readonly start: number | undefined;
  readonly end: number | undefined;
  /** Ids of the archive: only what stands behind, or before. */
  readonly after: string | undefined;
  readonly before: string | undefined;
  /** The last page of what fits, in place of the first (XEP-0059 2.5). */
  readonly fromEnd: boolean;
  readonly max: number | undefined;
  /** 4.1.5: newest first. */
  readonly flipped: boolean;
}

const PLAIN: ReadonlySet<string> = new Set(['FORM_TYPE', 'start', 'end', 'before-id', 'after-id']);

/** Reads a `set` query; `undefined` where it asks for what only the archive itself may know (`with`, `ids`, an index). */
export function readRoomQuery(query: Element): RoomQuery | undefined {
  const form = query.getChild('x', 'jabber:x:data')?.getChildren('field') ?? [];
  const fields = new Map(form.map((field) => [String(field.attrs['var']), field.getChildText('value') ?? '']));
  const set = query.getChild('set', NS_RSM);
  const [start, end] = [readStamp(fields.get('start')), readStamp(fields.get('end'))];
  const odd = (fields.has('start') && start === undefined) || (fields.has('end') && end === undefined);
  if (odd || [...fields.keys()].some((name) => !PLAIN.has(name)) || set?.getChild('index')) return undefined;
  const max = set?.getChildText('max') ?? undefined;
  if (max !== undefined && !/^\d{1,6}$/.test(max)) return undefined;
  const before = set?.getChild('before');
  const [afterId, beforeId] = [fields.get('after-id'), fields.get('before-id')];
  // both kinds of bound at once: the archive may say which is the narrower
  if ((afterId !== undefined && set?.getChild('after')) || (beforeId !== undefined && before)) return undefined;
  const queryId: unknown = query.attrs['queryid'];
  return {
    queryId: typeof queryId === 'string' ? queryId : undefined,
    start,
    end,
    after: set?.getChildText('after') || afterId || undefined,
    before: before?.getText() || beforeId || undefined,
    fromEnd: before !== undefined,
    max: max === undefined ? undefined : Number(max),
    flipped: query.getChild('flip-page', NS_MAM) !== undefined,
  };
}
