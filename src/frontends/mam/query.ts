import { parseJid } from '../../core/jid.ts';
import { fail, ok, type Result } from '../../core/errors.ts';
import type { RangeQuery } from '../../archive/query-contract.ts';
import { readStamp } from '../../xmpp/xep/message/delay.ts';
import { NS_MAM, NS_RSM } from '../../xmpp/xep/service/mam.ts';
import type { Element } from '../../xmpp/xml.ts';

const NS_DATA = 'jabber:x:data';
const DEFAULT_PAGE = 50;
const MAX_PAGE = 250;

/** A page that was asked for: XEP-0313 4.1 with XEP-0059. */
export interface PageRequest {
  readonly queryId: string | undefined;
  readonly range: RangeQuery;
  /** Only an occupant's words, where `with` named one. */
  readonly nick: string | undefined;
  /** 4.1.5: given newest first. */
  readonly flipped: boolean;
}

const fieldsKnown: ReadonlySet<string> = new Set(['FORM_TYPE', 'with', 'start', 'end', 'before-id', 'after-id', 'include-groupchat']);

/** Reads a query, or says what is wrong with it in a sentence for the asker; `code` is the stanza error's condition. */
export function readPageRequest(query: Element, account: string): Result<PageRequest> {
  const fields = formFields(query);
  const unknown = [...fields.keys()].find((name) => !fieldsKnown.has(name));
  if (unknown !== undefined) return fail('feature-not-implemented', `This archive has no filter “${unknown.slice(0, 50)}”.`);
  const [from, to] = [timeOf(fields.get('start')), timeOf(fields.get('end'))];
  if (from === 'bad' || to === 'bad') return fail('bad-request', 'start and end must be times as in XEP-0082.');
  const about = fields.get('with');
  const jid = about === undefined ? undefined : parseJid(about);
  if (about !== undefined && !jid) return fail('bad-request', 'with must be an address.');
  const set = query.getChild('set', NS_RSM);
  const [afterId, beforeId] = [idOf(set?.getChildText('after')), idOf(set?.getChildText('before'))];
  const [after, before] = [afterId ?? idOf(fields.get('after-id')), beforeId ?? idOf(fields.get('before-id'))];
  if (after === 'bad' || before === 'bad') return fail('item-not-found', 'The archive has no such id.');
  const max = set?.getChildText('max') ?? undefined;
  if (max !== undefined && !/^\d{1,9}$/.test(max)) return fail('bad-request', 'max must be a number.');
  const range: RangeQuery = {
    account,
    limit: Math.min(MAX_PAGE, max === undefined ? DEFAULT_PAGE : Number(max)),
    ...(jid && { room: `${jid.local}@${jid.domain}` }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    newest: set?.getChild('before') !== undefined,
  };
  const flipped = query.getChild('flip-page', NS_MAM) !== undefined;
  return ok({ queryId: stringOf(query.attrs['queryid']), range, nick: jid?.resource || undefined, flipped });
}

function formFields(query: Element): Map<string, string> {
  const fields = query.getChild('x', NS_DATA)?.getChildren('field').slice(0, 20) ?? [];
  return new Map(fields.map((field) => [String(field.attrs['var'] ?? ''), field.getChildText('value') ?? '']));
}

function timeOf(text: string | undefined): number | undefined | 'bad' {
  return text === undefined ? undefined : (readStamp(text) ?? 'bad');
}

/** Our ids are whole numbers; an empty `<before/>` means the last page (XEP-0059 2.5). */
function idOf(text: string | null | undefined): number | undefined | 'bad' {
  if (text === undefined || text === null || text === '') return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'bad';
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
