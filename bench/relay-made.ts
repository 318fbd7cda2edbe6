// The three relays that bench/relay.ts compares, each in a process of its own: ours (and ours without the archive's append), one that
// embeds raw text off a bare TCP stream, and one of a few lines on plain @xmpp/client that clones the tree. node bench/relay-made.ts KIND
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { client } from '@xmpp/client';
import { clone, createElement as xml, type Element } from 'ltx';
import { openAccount } from '../src/account/account.ts';
import { openArchive, transactionBy } from '../src/archive/archive.ts';
import type { Archive, OpenTransaction } from '../src/archive/contract.ts';
import type { KeptMessage } from '../src/core/groupchat.ts';
import { startRelay } from '../src/frontends/relay/relay.ts';
import type { ServerAddress } from '../test/support/servers/server.ts';
import { authenticate } from '../test/support/clients/stream.ts';
import { until } from '../test/support/until.ts';

export interface Task {
  readonly server: ServerAddress;
  readonly user: string;
  readonly password: string;
  readonly room: string;
  /** Full JIDs of the devices. */
  readonly targets: readonly string[];
}

const HINTS = `<private xmlns='urn:xmpp:carbons:2'/><no-copy xmlns='urn:xmpp:hints'/><no-store xmlns='urn:xmpp:hints'/>`;
/** How far a device may fall behind where nothing is on disk. */
const BEHIND = 5000;
/** Says goodbye: a session that has just gone would go on costing the server. */
let end = async (): Promise<void> => undefined;

async function ours({ server, user, password, room, targets }: Task, around = (archive: Archive): Archive => archive): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-relay-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const archive = around(openArchive(join(dir, 'archive.db')));
  const jid = `${user}@${server.domain}`;
  const settings = { jid, resource: 'relay', server: { host: server.host, port: server.port }, ca: server.ca };
  const account = openAccount({ settings, archive, password: async () => password, log: () => undefined });
  startRelay({ account, archive, log: () => undefined, signal: new AbortController().signal });
  account.start();
  end = account.stop;
  await until(() => account.status().connection.state === 'online', { what: 'to be online' });
  await account.rooms.join(room, { nick: 'relay' });
  await until(() => account.devices.relays().length === targets.length, { what: 'the devices to be known' });
}

/**
 * The archive without its append: messages are kept in memory, and the transaction around them is none. Cursors, which
 * are the relay's own, and all else go to the disk as ever.
 */
function unkept(archive: Archive): Archive {
  let count = 0;
  const kept = new Map<number, KeptMessage>();
  let open = 0;
  const own = (work: () => void): void => (open > 0 ? archive.transaction(work) : work());
  function begin(): OpenTransaction {
    open += 1;
    let ended = false;
    const close = (): void => {
      if (!ended) open -= 1;
      ended = true;
    };
    return { commit: close, rollback: close };
  }
  return {
    ...archive,
    begin,
    transaction: transactionBy(begin),
    append({ account, message, arrivedAt, xml: text }) {
      const appended = { ...message, archiveId: (count += 1), account, arrivedAt, xml: text };
      kept.set(count, appended);
      kept.delete(count - BEHIND); // or this archive, which is none, would cost more and more to collect around
      return { kept: true, message: appended };
    },
    message: (id) => kept.get(id),
    since: (_account, _room, { archiveId: id, limit: most }) => [...kept.values()].filter(({ archiveId }) => archiveId > id).slice(0, most),
    lastId: () => count,
    saveStream: () => undefined,
    saveRoom: (room) => own(() => archive.saveRoom(room)),
    saveOccupant: (account, about) => own(() => archive.saveOccupant(account, about)),
    setValue: (account, key, value) => own(() => archive.setValue(account, key, value)),
    setCursor: (account, { owner, room, archiveId: id }) => own(() => archive.setCursor(account, { owner, room, archiveId: id })),
    removeCursors: (account, owner) => own(() => archive.removeCursors(account, owner)),
  };
}

/** No tree, no archive, no acknowledgement: cut where a message ends, wrapped as text. */
async function raw({ server, user, password, room, targets }: Task): Promise<void> {
  const { socket, stream } = await authenticate(server, user, password, {});
  stream.detach();
  end = async () => void socket.end('</stream:stream>');
  socket.setNoDelay(true);
  socket.setEncoding('utf8');
  socket.write(`<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>relay</resource></bind></iq>`);
  socket.write(`<presence/><presence to='${room}/relay'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  let rest = '';
  let sent = 0;
  socket.on('data', (text: string) => {
    const parts = (rest + text).split('</message>');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const at = part.indexOf('<message');
      if (at === -1 || !part.includes("type='groupchat'") || !part.includes('<body>')) continue;
      const inner = `${part.slice(at).replace('<message', "<message xmlns='jabber:client'")}</message>`;
      const stamp = new Date().toISOString();
      const envelope = `<received xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>${inner}</forwarded></received>${HINTS}</message>`;
      sent += 1;
      for (const to of targets) socket.write(`<message type='headline' to='${to}' id='r${sent}'>${envelope}`);
    }
  });
}

/** What one writes first: a listener, a clone for each device, `send`. */
async function cloning({ server, user, password, room, targets }: Task): Promise<void> {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'; // @xmpp/client has no TLS options; the server is a test's own
  const xmpp = client({ service: `xmpp://${server.host}:${server.port}`, domain: server.domain, username: user, password, resource: 'relay' });
  xmpp.on('error', () => undefined);
  let sent = 0;
  xmpp.on('stanza', (stanza: Element) => {
    if (!stanza.is('message') || stanza.attrs['type'] !== 'groupchat' || !stanza.getChild('body')) return;
    sent += 1;
    for (const to of targets) {
      const delay = xml('delay', { xmlns: 'urn:xmpp:delay', stamp: new Date().toISOString() });
      const forwarded = xml('forwarded', { xmlns: 'urn:xmpp:forward:0' }, delay, clone(stanza));
      const wrapper = xml('message', { type: 'headline', to, id: `c${sent}` }, xml('received', { xmlns: 'urn:xmpp:carbons:2' }, forwarded),
        xml('private', { xmlns: 'urn:xmpp:carbons:2' }), xml('no-copy', { xmlns: 'urn:xmpp:hints' }), xml('no-store', { xmlns: 'urn:xmpp:hints' }));
      void xmpp.send(wrapper);
    }
  });
  end = async () => void (await xmpp.stop());
  const enabled = new Promise<void>((resolve) => xmpp.on('nonza', (nonza: Element) => nonza.is('enabled') && resolve()));
  await xmpp.start();
  (xmpp as unknown as { socket?: { setNoDelay?: (on: boolean) => void } }).socket?.setNoDelay?.(true);
  await enabled; // presence sent before that is not counted, and Prosody closes the stream
  await xmpp.send(xml('presence', {}));
  await xmpp.send(xml('presence', { to: `${room}/relay` }, xml('x', { xmlns: 'http://jabber.org/protocol/muc' })));
}

const relays: Readonly<Record<string, (task: Task) => Promise<void>>> = { ours, raw, cloning, unkept: (task) => ours(task, unkept) };

process.once('disconnect', () => process.exit()); // never longer than the bench
process.on('message', (message: Task | 'cpu' | 'stop') => {
  if (message === 'stop') return void end().then(() => process.exit());
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
    return;
  }
  const relay = relays[process.argv[2] ?? ''];
  if (!relay) throw new Error(`there is no relay ${String(process.argv[2])}`);
  void relay(message).then(() => process.send?.('ready'));
});
