import { randomBytes } from 'node:crypto';
import type { Account } from '../../../account/contract.ts';
import type { ReadArchive } from '../../../archive/contract.ts';
import { bareOf, resourceOf } from '../../../core/jid.ts';
import { NS_MAM } from '../../../xmpp/xep/service/mam.ts';
import { NS_MUC_ADMIN } from '../../../xmpp/xep/room/muc.ts';
import { NS_PING } from '../../../xmpp/xep/service/ping.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { archivePage, finText, resultText } from './room-archive.ts';
import type { RoomFeeds, DeviceOccupant } from './room-feed.ts';
import { errorFor, open } from './room-stanzas.ts';
import type { IqAnswer } from '../../../xmpp/contract.ts';

/** Passes IQs of devices to rooms and occupants on, in the name of the one occupant that we are. */
export interface IqProxy {
  ask(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): void;
  /** One result of a device's query to a room's archive (XEP-0313 4.2). */
  result(queryId: string, stanza: Stanza): void;
}

const TIMEOUT = 60_000;
const MOST_AT_ONCE = 200;
const NOT_INSIDE = ['cancel', 'not-acceptable'] as const;
const SILENT = ['wait', 'remote-server-timeout'] as const;
const BUSY = ['wait', 'resource-constraint'] as const;

export function openIqProxy(account: Account, archive: ReadArchive, feeds: RoomFeeds): IqProxy {
  /** Open queries: which device asked, and under which id. */
  const queries = new Map<string, { readonly deviceOccupant: DeviceOccupant; readonly queryId: string | undefined }>();
  const underWay = new Map<DeviceOccupant, number>();

  function pass(deviceOccupant: DeviceOccupant, stanza: Stanza): void {
    const request = open(stanza.raw);
    delete request.attrs['from'];
    delete request.attrs['xmlns'];
    const query = request.getChild('query', NS_MAM);
    const queryId = randomBytes(9).toString('base64url');
    const theirs: unknown = query?.attrs['queryid'];
    if (query) {
      queries.set(queryId, { deviceOccupant, queryId: typeof theirs === 'string' ? theirs : undefined });
      query.attrs['queryid'] = queryId;
    }
    underWay.set(deviceOccupant, (underWay.get(deviceOccupant) ?? 0) + 1);
    account.server.askInOrder(request, TIMEOUT, (answer) => answered(deviceOccupant, stanza, { queryId, theirs, answer }));
  }

  function answered(deviceOccupant: DeviceOccupant, stanza: Stanza, { queryId, theirs, answer }: { queryId: string; theirs: unknown; answer: IqAnswer }): void {
    queries.delete(queryId);
    const left = (underWay.get(deviceOccupant) ?? 1) - 1;
    if (left === 0) underWay.delete(deviceOccupant);
    else underWay.set(deviceOccupant, left);
    const element = answer.ok ? answer.element : answer.error.element;
    if (element?.name !== 'iq') return deviceOccupant.send(errorFor(stanza, { to: deviceOccupant.jid, error: SILENT }));
    const own = open(element.toString());
    own.attrs['to'] = deviceOccupant.jid;
    own.attrs['id'] = stanza.id ?? '';
    own.attrs['from'] = stanza.to;
    for (const named of [own.getChild('fin', NS_MAM), own.getChild('query', NS_MAM)]) { // an error may repeat the query
      if (named?.attrs['queryid'] === queryId) named.attrs['queryid'] = theirs;
    }
    // a list of roles names our own JID: the device expects its own there, as in its self-presence
    for (const item of own.getChild('query', NS_MUC_ADMIN)?.getChildren('item') ?? []) {
      if (item.attrs['jid'] === account.rooms.occupancy.jid()) item.attrs['jid'] = deviceOccupant.jid;
    }
    deviceOccupant.send(own.toString());
  }

  /** XEP-0313: answers from our archive; false if it does not have the page. */
  function fromArchive(deviceOccupant: DeviceOccupant, room: string, stanza: Stanza): boolean {
    const query = stanza.element.getChild('query', NS_MAM);
    const page = query && archivePage(account, { archive, room, element: query });
    if (!page) return false;
    const queryId: unknown = query.attrs['queryid'];
    for (const message of page.messages) deviceOccupant.send(resultText(message, deviceOccupant.jid, typeof queryId === 'string' ? queryId : undefined));
    deviceOccupant.send(finText(page, { id: stanza.id ?? '', room, to: deviceOccupant.jid }));
    return true;
  }

  return {
    ask(deviceOccupant, room, stanza) {
      const nick = resourceOf(stanza.to);
      if (nick !== '' && !feeds.sees(deviceOccupant, room)) return deviceOccupant.send(errorFor(stanza, { to: deviceOccupant.jid, error: NOT_INSIDE }));
      if ((underWay.get(deviceOccupant) ?? 0) >= MOST_AT_ONCE) return deviceOccupant.send(errorFor(stanza, { to: deviceOccupant.jid, error: BUSY }));
      // XEP-0410: if we know that we are not in the room, we answer; otherwise the room itself does
      const pings = nick === feeds.of(room)?.nick && stanza.type === 'get' && stanza.element.getChild('ping', NS_PING) !== undefined;
      const state = account.rooms.occupancy.room(bareOf(stanza.to))?.state;
      if (pings && state !== 'joined') return deviceOccupant.send(errorFor(stanza, { to: deviceOccupant.jid, error: state === 'joining' ? SILENT : NOT_INSIDE }));
      if (nick === '' && stanza.type === 'set' && fromArchive(deviceOccupant, room, stanza)) return;
      pass(deviceOccupant, stanza);
    },
    result(queryId, stanza) {
      const query = queries.get(queryId);
      if (!query) return;
      const own = open(stanza.raw);
      own.attrs['to'] = query.deviceOccupant.jid;
      const result = own.getChild('result', NS_MAM);
      if (result && query.queryId === undefined) delete result.attrs['queryid'];
      else if (result) result.attrs['queryid'] = query.queryId;
      query.deviceOccupant.send(own.toString());
    },
  };
}
