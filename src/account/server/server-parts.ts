import pLimit from 'p-limit';
import { domainOf } from '../../core/jid.ts';
import { discoInfoQuery, discoItemsQuery, readDiscoInfo, readDiscoItems } from '../../xmpp/xep/service/disco.ts';
import { readUploadService } from '../../xmpp/xep/service/http-upload.ts';
import { NS_MUC } from '../../xmpp/xep/room/muc.ts';
import type { IqAnswer } from '../../xmpp/contract.ts';
import type { Element } from '../../xmpp/xml.ts';

/** Asks somebody; never rejects. */
export type Ask = (request: Element, timeout?: number) => Promise<IqAnswer>;

/** What an account's server has beside the accounts. */
export interface ServerParts {
  /** Its services of rooms. */
  readonly rooms: readonly { readonly jid: string; readonly name: string | undefined }[];
  /** Where files go (XEP-0363); `most` is in bytes, `undefined` where it does not say. */
  readonly upload: { readonly jid: string; readonly most: number | undefined } | undefined;
}

const PATIENCE = 8_000; // milliseconds for one answer
const MOST_PARTS = 40;
const AT_ONCE = 8;

/** Asks the server and each of its parts what they are (XEP-0030). */
export async function serverParts(ask: Ask, account: string): Promise<ServerParts> {
  const domain = domainOf(account);
  const answer = await ask(discoItemsQuery(domain), PATIENCE);
  const items = answer.ok ? (readDiscoItems(answer.element)?.items ?? []) : [];
  const limit = pLimit(AT_ONCE);
  const jids = [domain, ...new Set(items.filter(({ node }) => node === undefined).map(({ jid }) => jid))].slice(0, MOST_PARTS);
  const asked = await Promise.all(jids.map((jid) => limit(async () => ({ jid, answer: await ask(discoInfoQuery(jid), PATIENCE) }))));
  const rooms: { jid: string; name: string | undefined }[] = [];
  let upload: ServerParts['upload'];
  for (const { jid, answer: told } of asked) {
    if (!told.ok) continue;
    const info = readDiscoInfo(told.element);
    const conference = info?.identities.find(({ category, type }) => category === 'conference' && type === 'text');
    if (conference && info?.features.has(NS_MUC)) rooms.push({ jid, name: conference.name });
    const service = readUploadService(told.element);
    if (service) upload ??= { jid, most: service.most };
  }
  return { rooms, upload };
}
