import type { Account } from '../../account/contract.ts';
import type { ReadArchive } from '../../archive/contract.ts';
import type { RangeQuery } from '../../archive/query-contract.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { delayText } from '../../xmpp/xep/message/delay.ts';
import { errorAnswer, resultAnswer } from '../../xmpp/xep/service/errors.ts';
import { NS_MAM, NS_RSM } from '../../xmpp/xep/service/mam.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import { escapeXML, xml, type Element } from '../../xmpp/xml.ts';
import { readPageRequest, type PageRequest } from './query.ts';

/** 4.1.1: what can be asked for. */
const filters = [
  ['with', 'jid-single'],
  ['start', 'text-single'],
  ['end', 'text-single'],
  ['before-id', 'text-single'],
  ['after-id', 'text-single'],
  ['include-groupchat', 'boolean'],
] as const;

/** XEP-0313 on the daemon's full JID: own resources page through the archive; its ids are archive ids. */
export function startMam(account: Account, archive: ReadArchive, signal: AbortSignal): void {
  function page(stanza: Stanza, query: Element): Element | undefined {
    const request = readPageRequest(query, account.jid);
    if (!request.ok) return errorAnswer(stanza.element, 'cancel', request.error.code, request.error.message);
    const { range } = request.value;
    const missing = [range.after, range.before].some((id) => id !== undefined && !archive.holds(account.jid, id));
    if (missing) return errorAnswer(stanza.element, 'cancel', 'item-not-found', 'The archive has no such id.');
    const { messages, complete } = read(request.value);
    const shown = request.value.flipped ? messages.toReversed() : messages;
    for (const message of shown) {
      const written = account.server.write(resultMessage(message, stanza.from, request.value.queryId));
      if (!written.ok) return errorAnswer(stanza.element, 'wait', 'resource-constraint', written.error.message);
    }
    return resultAnswer(stanza.element, fin(messages, complete));
  }

  /** One more than asked tells whether that was all. */
  function read({ range, nick }: PageRequest): { messages: KeptMessage[]; complete: boolean } {
    const found = archive.range({ ...range, limit: range.limit + 1 });
    const complete = found.length <= range.limit;
    const kept = range.newest ? found.slice(complete ? 0 : 1) : found.slice(0, range.limit);
    return { messages: nick === undefined ? kept : kept.filter((message) => message.nick === nick), complete };
  }

  function metadata(stanza: Stanza): Element {
    const all: RangeQuery = { account: account.jid, limit: 1 };
    const [[first], [last]] = [archive.range(all), archive.range({ ...all, newest: true })];
    const ends = first && last ? [endOf('start', first), endOf('end', last)] : [];
    return resultAnswer(stanza.element, xml('metadata', { xmlns: NS_MAM }, ...ends));
  }

  account.server.onIq(
    {
      name: 'query',
      xmlns: NS_MAM,
      types: ['get', 'set'],
      features: [NS_MAM, `${NS_MAM}#extended`],
      handle: (stanza, query) => (stanza.type === 'get' ? resultAnswer(stanza.element, form()) : page(stanza, query)),
    },
    signal,
  );
  account.server.onIq({ name: 'metadata', xmlns: NS_MAM, types: ['get'], handle: metadata }, signal);
}

function form(): Element {
  const type = xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, NS_MAM));
  const fields = filters.map(([name, kind]) => xml('field', { var: name, type: kind }));
  return xml('query', { xmlns: NS_MAM }, xml('x', { xmlns: 'jabber:x:data', type: 'form' }, type, ...fields));
}

/** 4.2: the stanza as the room sent it, with the time at which it was said. */
function resultMessage({ archiveId, at, xml: text }: KeptMessage, to: string, queryId: string | undefined): string {
  const asked = queryId === undefined ? '' : ` queryid='${escapeXML(queryId)}'`;
  const forwarded = `<forwarded xmlns='urn:xmpp:forward:0'>${delayText(at)}${text}</forwarded>`;
  return `<message xmlns='jabber:client' to='${escapeXML(to)}'><result xmlns='${NS_MAM}'${asked} id='${archiveId}'>${forwarded}</result></message>`;
}

/** 4.4. */
function fin(messages: readonly KeptMessage[], complete: boolean): Element {
  const [first, last] = [messages[0], messages.at(-1)];
  const set = xml('set', { xmlns: NS_RSM });
  if (first && last) {
    set.append(xml('first', {}, String(first.archiveId)));
    set.append(xml('last', {}, String(last.archiveId)));
  }
  return xml('fin', complete ? { xmlns: NS_MAM, complete: 'true' } : { xmlns: NS_MAM }, set);
}

function endOf(name: 'start' | 'end', { archiveId, at }: KeptMessage): Element {
  return xml(name, { id: String(archiveId), timestamp: new Date(at).toISOString() });
}
