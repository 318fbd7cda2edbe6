import { randomBytes } from 'node:crypto';
import type { Account } from '../../../account/contract.ts';
import type { ReadArchive } from '../../../archive/contract.ts';
import { bareOf, resourceOf } from '../../../core/jid.ts';
import { NS_MAM } from '../../../xmpp/xep/service/mam.ts';
import { NS_MUC_ADMIN } from '../../../xmpp/xep/room/muc.ts';
import { NS_PING } from '../../../xmpp/xep/service/ping.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { archivePage, finText, resultText } from './room-archive.ts';
import type { Feeds, Viewer } from './room-feed.ts';
import { errorFor, open } from './room-stanzas.ts';

/** IQs of devices to rooms and to their occupants, asked by the one occupant that we are. */
export interface Questions {
  ask(viewer: Viewer, room: string, stanza: Stanza): void;
  /** One result of a device's query to a room's archive (XEP-0313 4.2). */
  result(queryId: string, stanza: Stanza): void;
}

const TIMEOUT = 60_000;
const MOST_AT_ONCE = 200;
const NOT_INSIDE = ['cancel', 'not-acceptable'] as const;
const SILENT = ['wait', 'remote-server-timeout'] as const;
const BUSY = ['wait', 'resource-constraint'] as const;

export function openQuestions(account: Account, archive: ReadArchive, feeds: Feeds): Questions {
  /** Queries under way: whose they are, and how the device has called them. */
  const queries = new Map<string, { readonly viewer: Viewer; readonly queryId: string | undefined }>();
  const underWay = new Map<Viewer, number>();

  async function pass(viewer: Viewer, stanza: Stanza): Promise<void> {
    const request = open(stanza.raw);
    delete request.attrs['from'];
    delete request.attrs['xmlns'];
    const query = request.getChild('query', NS_MAM);
    const queryId = randomBytes(9).toString('base64url');
    const theirs: unknown = query?.attrs['queryid'];
    if (query) {
      queries.set(queryId, { viewer, queryId: typeof theirs === 'string' ? theirs : undefined });
      query.attrs['queryid'] = queryId;
    }
    underWay.set(viewer, (underWay.get(viewer) ?? 0) + 1);
    const answer = await account.ask(request, TIMEOUT);
    queries.delete(queryId);
    const left = (underWay.get(viewer) ?? 1) - 1;
    if (left === 0) underWay.delete(viewer);
    else underWay.set(viewer, left);
    const element = answer.ok ? answer.element : answer.error.element;
    if (element?.name !== 'iq') return viewer.send(errorFor(stanza, viewer.jid, SILENT));
    const own = open(element.toString());
    own.attrs['to'] = viewer.jid;
    own.attrs['id'] = stanza.id ?? '';
    own.attrs['from'] = stanza.to;
    const fin = own.getChild('fin', NS_MAM);
    if (fin?.attrs['queryid'] === queryId) fin.attrs['queryid'] = theirs;
    // a list of roles tells of the occupant that we are: for the device that is itself, as its self-presence said
    for (const item of own.getChild('query', NS_MUC_ADMIN)?.getChildren('item') ?? []) {
      if (item.attrs['jid'] === account.seat.jid()) item.attrs['jid'] = viewer.jid;
    }
    viewer.send(own.toString());
  }

  /** XEP-0313: true where our archive has the page. */
  function fromArchive(viewer: Viewer, room: string, stanza: Stanza): boolean {
    const query = stanza.element.getChild('query', NS_MAM);
    const page = query && archivePage(account, archive, room, query);
    if (!page) return false;
    const queryId: unknown = query.attrs['queryid'];
    for (const message of page.messages) viewer.send(resultText(message, viewer.jid, typeof queryId === 'string' ? queryId : undefined));
    viewer.send(finText(page, { id: stanza.id ?? '', room, to: viewer.jid }));
    return true;
  }

  return {
    ask(viewer, room, stanza) {
      const nick = resourceOf(stanza.to);
      if (nick !== '' && !feeds.sees(viewer, room)) return viewer.send(errorFor(stanza, viewer.jid, NOT_INSIDE));
      if ((underWay.get(viewer) ?? 0) >= MOST_AT_ONCE) return viewer.send(errorFor(stanza, viewer.jid, BUSY));
      // XEP-0410: what we know to be false needs no asking; all else the room itself has to say
      const pings = nick === feeds.of(room)?.nick && stanza.type === 'get' && stanza.element.getChild('ping', NS_PING) !== undefined;
      const state = account.seat.room(bareOf(stanza.to))?.state;
      if (pings && state !== 'joined') return viewer.send(errorFor(stanza, viewer.jid, state === 'joining' ? SILENT : NOT_INSIDE));
      if (nick === '' && stanza.type === 'set' && fromArchive(viewer, room, stanza)) return;
      void pass(viewer, stanza);
    },
    result(queryId, stanza) {
      const query = queries.get(queryId);
      if (!query) return;
      const own = open(stanza.raw);
      own.attrs['to'] = query.viewer.jid;
      const result = own.getChild('result', NS_MAM);
      if (result && query.queryId === undefined) delete result.attrs['queryid'];
      else if (result) result.attrs['queryid'] = query.queryId;
      query.viewer.send(own.toString());
    },
  };
}
