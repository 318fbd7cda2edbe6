// A device that comes in through the bouncer, as a phone does: it resumes what it can, and asks for what it missed.
import { createElement as xml } from 'ltx';
import { connect } from '../../../src/xmpp/connection.ts';
import type { Connection } from '../../../src/xmpp/contract.ts';
import type { Stanza } from '../../../src/xmpp/stanza.ts';
import type { AddedDevice } from '../../../src/account/devices/contract.ts';
import type { Gadget, Heard } from '../clients/gadget.ts';
import { wordsOf } from '../harm/ledger.ts';
import { startLink, type Link } from '../harm/link.ts';
import { until } from '../until.ts';

export interface Phone extends Gadget {
  /** Between it and the bouncer. */
  readonly link: Link;
  readonly rooms: readonly string[];
  close(): Promise<void>;
}

const MUC = 'http://jabber.org/protocol/muc';
const REJOIN = 8000; // milliseconds

/** Off at first. In the rooms `rooms` whenever it is on. */
export async function makePhone(device: AddedDevice, rooms: readonly string[], nick: string): Promise<Phone> {
  const link = await startLink({ port: device.port });
  const heard: Heard[] = [];
  const begin = new Date().toISOString();
  /** By room: when the newest message that it has was said. */
  const last = new Map<string, string>();
  let connection: Connection | undefined;

  /** Known by the room's own id where it gives one, else by whoever sent it: as clients do. */
  function take({ element }: Stanza): void {
    const said = wordsOf(element);
    if (!said) return;
    const stamp: unknown = element.getChild('delay', 'urn:xmpp:delay')?.attrs['stamp'];
    last.set(said.room, typeof stamp === 'string' ? stamp : new Date().toISOString());
    const id = element.getChildren('stanza-id', 'urn:xmpp:sid:0').find(({ attrs }) => attrs['by'] === said.room)?.attrs['id'] as string | undefined;
    heard.push({ id: `${said.room} ${id ?? `${said.words} ${element.attrs['id']}`}`, body: element.getChildText('body') ?? '', ...said });
  }

  async function enter(session: Connection): Promise<void> {
    await session.iq(xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' })));
    session.send('<presence xmlns="jabber:client"/>');
    for (const room of rooms) knock(session, room);
  }

  function knock(session: Connection, room: string): void {
    const history = xml('x', { xmlns: MUC }, xml('history', { since: last.get(room) ?? begin }));
    session.send(xml('presence', { to: `${room}/${nick}` }, history), { whenDown: 'queue' });
  }

  /** As clients do that come back by themselves: whoever is thrown out, or not let in, asks again a little later. */
  function comeBack(session: Connection, { element, type, from }: Stanza): void {
    const room = rooms.find((one) => from.startsWith(`${one}/`));
    const own = element.getChild('x', `${MUC}#user`)?.getChildren('status').some(({ attrs }) => attrs['code'] === '110') === true;
    if (room === undefined || !(type === 'error' || (type === 'unavailable' && own))) return;
    setTimeout(() => {
      if (session === connection) knock(session, room);
    }, REJOIN).unref();
  }

  const phone: Phone = {
    link,
    rooms,
    heard: () => heard,
    async on() {
      const session = connect({
        jid: device.jid,
        resource: 'phone',
        password: async () => device.password,
        server: link,
        ca: device.ca,
        deadlines: { idle: 1000, ping: 1000, login: 5000 },
        backoff: { first: 100, ceiling: 1000 },
      });
      connection = session;
      session.onStanzas((batch) => {
        for (const stanza of batch) {
          if (stanza.kind === 'message') take(stanza);
          if (stanza.kind === 'presence') comeBack(session, stanza);
        }
      });
      session.onStatus((status) => {
        if (status.state === 'online' && !status.resumed) void enter(session);
      });
      session.start();
      await until(() => session.status().state === 'online', { what: 'the phone to be in', deadline: 60_000 });
    },
    async off(kindly) {
      const ending = connection;
      connection = undefined;
      if (!kindly) link.cut();
      await ending?.stop();
    },
    isOn: () => connection !== undefined,
    async close() {
      await phone.off(true);
      await link.close();
    },
  };
  return phone;
}
