// XEP-0313: Message Archive Management, with XEP-0059: Result Set Management
import type { Element } from '../../xml.ts';
import { attrsOf, xml } from '../../xml.ts';
import { readDelay } from '../message/delay.ts';

export const NS_MAM = 'urn:xmpp:mam:2';
export const NS_RSM = 'http://jabber.org/protocol/rsm';
const NS_FORWARD = 'urn:xmpp:forward:0';
const NS_DATA = 'jabber:x:data';

interface MamQuery {
  readonly to: string;
  readonly queryId: string;
  /** Page size. */
  readonly max: number;
  /** XEP-0059 2.2: behind this id. */
  readonly after?: string | undefined;
  /** UTC, ISO 8601. */
  readonly start?: string | undefined;
}

export function mamQuery({ to, queryId, max, after, start }: MamQuery): Element {
  const query = xml('query', { xmlns: NS_MAM, queryid: queryId });
  if (start !== undefined) {
    query.append(
      xml(
        'x',
        { xmlns: NS_DATA, type: 'submit' },
        xml('field', { var: 'FORM_TYPE', type: 'hidden' }, xml('value', {}, NS_MAM)),
        xml('field', { var: 'start' }, xml('value', {}, start)),
      ),
    );
  }
  const set = xml('set', { xmlns: NS_RSM }, xml('max', {}, String(max)));
  if (after !== undefined) set.append(xml('after', {}, after));
  query.append(set);
  return xml('iq', { type: 'set', to }, query);
}

export interface MamResult {
  readonly queryId: string;
  /** The archive's id: the stanza-id by the archive. */
  readonly id: string;
  /** Milliseconds since the epoch; `undefined` where the archive left it out. */
  readonly at: number | undefined;
  readonly message: Element;
}

/** 4.2: one result; `undefined` where the message is none. Whose archive it is says the message's from. */
export function readMamResult(message: Element): MamResult | undefined {
  const result = message.getChild('result', NS_MAM);
  const { queryid, id } = attrsOf(result);
  const forwarded = result?.getChild('forwarded', NS_FORWARD);
  const inner = forwarded?.getChild('message');
  if (queryid === undefined || id === undefined || !forwarded || !inner) return undefined;
  return { queryId: queryid, id, at: readDelay(forwarded), message: inner };
}

interface MamFin {
  readonly complete: boolean;
  readonly last: string | undefined;
  readonly count: number | undefined;
}

/** 4.4: the end of a page. */
export function readMamFin(iq: Element): MamFin | undefined {
  const fin = iq.getChild('fin', NS_MAM);
  if (!fin) return undefined;
  const set = fin.getChild('set', NS_RSM);
  const count = Number(set?.getChildText('count') ?? Number.NaN);
  return {
    complete: fin.attrs['complete'] === 'true' || fin.attrs['complete'] === '1',
    last: set?.getChildText('last') ?? undefined,
    count: Number.isInteger(count) ? count : undefined,
  };
}
