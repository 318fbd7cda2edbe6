import { parseJid } from '../../core/jid.ts';
import { fail, ok, type Result } from '../../core/errors.ts';
import type { RangeQuery } from '../../archive/query-contract.ts';
import { readMamRequest, type NoValue } from '../../xmpp/xep/service/mam-server.ts';
import type { Element } from '../../xmpp/xml.ts';

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

/** 4.1.1: what can be asked for. */
export const mamFilters = [
  ['with', 'jid-single'],
  ['start', 'text-single'],
  ['end', 'text-single'],
  ['before-id', 'text-single'],
  ['after-id', 'text-single'],
  ['include-groupchat', 'boolean'],
] as const;
const known: ReadonlySet<string> = new Set(['FORM_TYPE', ...mamFilters.map(([name]) => name)]);

/** Reads a query, or says what is wrong with it in a sentence for the asker; `code` is the stanza error's condition. */
export function readPageRequest(query: Element, account: string): Result<PageRequest> {
  const { fields, start, end, max, fromEnd, flipped, queryId, ...asked } = readMamRequest(query);
  const unknown = fields.find((name) => !known.has(name));
  if (unknown !== undefined) return fail('feature-not-implemented', `This archive has no filter “${unknown.slice(0, 50)}”.`);
  if (start === 'unreadable' || end === 'unreadable') return fail('bad-request', 'start and end must be times as in XEP-0082.');
  const jid = asked.with === undefined ? undefined : parseJid(asked.with);
  if (asked.with !== undefined && !jid) return fail('bad-request', 'with must be an address.');
  const [after, before] = [idOf(asked.after), idOf(asked.before)];
  if (after === 'unreadable' || before === 'unreadable') return fail('item-not-found', 'The archive has no such id.');
  if (max === 'unreadable') return fail('bad-request', 'max must be a number.');
  const range: RangeQuery = {
    account,
    limit: Math.min(MAX_PAGE, max ?? DEFAULT_PAGE),
    ...(jid && { room: `${jid.local}@${jid.domain}` }),
    ...(start !== undefined && { from: start }),
    ...(end !== undefined && { to: end }),
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
    newest: fromEnd,
  };
  return ok({ queryId, range, nick: jid?.resource || undefined, flipped });
}

/** Our ids are whole numbers. */
function idOf(text: string | undefined): number | undefined | NoValue {
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : 'unreadable';
}
