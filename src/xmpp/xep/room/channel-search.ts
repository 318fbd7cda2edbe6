// XEP-0433: Extended Channel Search
import { parseBareJid } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';
import { attributeOf, xml } from '../../xml.ts';
import { NS_DATA } from '../service/data-form.ts';
import { readRsm, rsm, type RsmPage } from '../service/rsm.ts';
import { short } from '../service/short.ts';

const NS_CHANNEL_SEARCH = 'urn:xmpp:channel-search:0:search';
const FORM = 'urn:xmpp:channel-search:0:search-params';
const MOST = 100;
const LONGEST = 300; // characters of a description

interface FoundChannel {
  readonly room: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly occupants: number | undefined;
  readonly open: boolean;
}

/** 4.2.2: asks for rooms with these words in name, description or address, the busiest first. */
export function channelSearch(to: string, words: string, page: RsmPage): Element {
  const fields = [
    ['FORM_TYPE', FORM],
    ['q', words],
    ['sinname', 'true'],
    ['sindescription', 'true'],
    ['sinaddress', 'true'],
    ['types', 'xep-0045'],
    ['key', '{urn:xmpp:channel-search:0:order}nusers'],
  ] as const;
  const form = xml('x', { xmlns: NS_DATA, type: 'submit' }, ...fields.map(([name, value]) => xml('field', { var: name }, xml('value', {}, value))));
  return xml('iq', { type: 'get', to }, xml('search', { xmlns: NS_CHANNEL_SEARCH }, rsm(page), form));
}

/** What was found; only rooms by their address. `undefined` where the answer is none. */
export function readChannels(iq: Element): { readonly channels: readonly FoundChannel[]; readonly last: string | undefined } | undefined {
  const result = iq.getChild('result', NS_CHANNEL_SEARCH);
  if (!result) return undefined;
  const channels = result.getChildren('item').slice(0, MOST).flatMap((item) => {
    const room = parseBareJid(attributeOf(item, 'address') ?? '');
    const occupants = Number(item.getChildText('nusers') ?? NaN);
    if (room === undefined) return [];
    return {
      room,
      name: short(item.getChildText('name')?.trim()),
      description: short(item.getChildText('description')?.trim(), LONGEST),
      occupants: Number.isSafeInteger(occupants) && occupants >= 0 ? occupants : undefined,
      open: item.getChild('is-open') !== undefined,
    };
  });
  return { channels, last: readRsm(result).last };
}
