import type { Account } from '../../account/contract.ts';
import type { ReadArchive } from '../../archive/contract.ts';
import type { RangeQuery } from '../../archive/query-contract.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { errorAnswer, resultAnswer } from '../../xmpp/xep/service/errors.ts';
import { NS_MAM } from '../../xmpp/xep/service/mam.ts';
import { shortForm } from '../../xmpp/xep/message/short-form.ts';
import { mamFin, mamForm, mamMetadata, mamResult, type MamEntry } from '../../xmpp/xep/service/mam-server.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Element } from '../../xmpp/xml.ts';
import { mamFilters, readPageRequest, type PageRequest } from './query.ts';

/** XEP-0313 on the daemon's full JID: own resources page through the archive; its ids are archive ids. */
export function startMam(account: Account, archive: ReadArchive, signal: AbortSignal): void {
  function page(stanza: Stanza, query: Element): Element | undefined {
    const request = readPageRequest(query, account.jid);
    if (!request.ok) return errorAnswer(stanza.element, { type: 'cancel', condition: request.error.code, text: request.error.message });
    const { range } = request.value;
    const missing = [range.after, range.before].some((id) => id !== undefined && !archive.holds(account.jid, id));
    if (missing) return errorAnswer(stanza.element, { type: 'cancel', condition: 'item-not-found', text: 'The archive has no such id.' });
    const { messages, complete } = read(request.value);
    const shown = request.value.flipped ? messages.toReversed() : messages;
    for (const message of shown) {
      const about = { to: stanza.from, queryId: request.value.queryId };
      const written = account.server.write(mamResult(entryOf(message), about), { short: () => mamResult({ ...entryOf(message), text: shortForm(message.xml) }, about) });
      if (!written.ok) return errorAnswer(stanza.element, { type: 'wait', condition: 'resource-constraint', text: written.error.message });
    }
    return resultAnswer(stanza.element, mamFin(messages.map(({ archiveId }) => String(archiveId)), { complete, flipped: false }));
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
    return resultAnswer(stanza.element, mamMetadata(first && last && { start: entryOf(first), end: entryOf(last) }));
  }

  account.server.onIq(
    {
      name: 'query',
      xmlns: NS_MAM,
      types: ['get', 'set'],
      features: [NS_MAM, `${NS_MAM}#extended`],
      handle: (stanza, query) => (stanza.type === 'get' ? resultAnswer(stanza.element, mamForm(mamFilters)) : page(stanza, query)),
    },
    signal,
  );
  account.server.onIq({ name: 'metadata', xmlns: NS_MAM, types: ['get'], handle: metadata }, signal);
}

function entryOf({ archiveId, at, xml: text }: KeptMessage): MamEntry {
  return { id: String(archiveId), at, text };
}
