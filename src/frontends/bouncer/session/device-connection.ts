import type { Result } from '../../../core/errors.ts';
import { fail, ok } from '../../../core/errors.ts';
import { bareOf, domainOf } from '../../../core/jid.ts';
import { connect } from '../../../xmpp/connection.ts';
import { mayAnswer } from '../../../xmpp/iq/pending-iqs.ts';
import type { Connection, ConnectionOptions, ConnectionStatus } from '../../../xmpp/contract.ts';
import type { PassedOver, Stanza } from '../../../xmpp/stanza.ts';
import { attrsOf, escapeXML, parseElement, xml } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import { openHandledCount } from './handled-count.ts';
import type { Log } from '../../../core/log.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import { NS_CARBONS } from '../../../xmpp/xep/message/relay-envelope.ts';
import { inBackground } from '../../../core/background.ts';

export const NS_PUSH = 'urn:xmpp:push:0';

/** How to reach the account's server: as the daemon itself does. */
export type DeviceConnectionSettings = Pick<ConnectionOptions, 'server' | 'directTls' | 'ca' | 'pin' | 'allowPlaintext' | 'backoff' | 'deadlines'>;

interface DeviceConnectionOptions {
  readonly account: string;
  readonly resource: string;
  readonly settings: DeviceConnectionSettings;
  readonly password: () => Promise<string>;
  /** `delivered` is to be called once the device has the stanza: it is acknowledged to the server only then. */
  readonly receive: (stanza: Stanza, delivered: () => void) => void;
  /** The device has turned push on or off at a service (XEP-0357 5). */
  readonly push: (service: PushService, on: boolean) => void;
  /** The session has ended for good: a stream error's condition for the device, and a sentence. */
  readonly ended: (condition: string, why: string) => void;
  readonly log: Log;
}

/** XEP-0357 5: the service to which the server reports messages for a device that is away. */
export interface PushService {
  readonly jid: string;
  readonly node: string | undefined;
}

/** One device's session with the account's server. It comes back by itself; the device need not know. */
export interface DeviceConnection {
  /** Connects; resolves with the full JID that the server has bound. */
  online(patience: number): Promise<Result<string>>;
  send(stanza: Stanza): Result<number>;
  clientState(state: 'active' | 'inactive'): void;
  /** Asks for copies (XEP-0280), as the device would; whether there are any from now on. */
  enableCarbons(patience: number): Promise<boolean>;
  /** Whether the device has asked for copies (XEP-0280). */
  carbons(): boolean;
  /**
   * The device is away: the server is left to think so too (XEP-0198 5), for then it pushes (XEP-0357). Where it would
   * not hold the session, it is told that nobody looks (XEP-0352).
   */
  hibernate(): void;
  hibernates(): boolean;
  /** The device is back. */
  wake(): void;
  /** Comes back from hibernation for a last time; resolves once all is here that the server has held. */
  collect(patience: number): Promise<void>;
  /** `taken`: what came is looked after here; else the server is left to think that it did not arrive. */
  stop(how?: { readonly taken: boolean }): Promise<void>;
  /** For tests: drops the socket as a broken network would. */
  connection(): Connection;
}

const MAX_OPEN = 1000;
/** Milliseconds in which a hibernating session may resume to say goodbye. */
const GOODBYE = 5000;

export function openDeviceConnection(options: DeviceConnectionOptions): DeviceConnection {
  const { account, resource, settings, password, receive, push, ended, log } = options;
  /** What the device has told the server, to be repeated on a new stream. */
  let presence: string | undefined;
  let carbons = false;
  let roster = false;
  let blocking = false;
  let state: 'active' | 'inactive' | undefined;
  let jid: string | undefined;
  /** Open IQs of the device: whom it asked, by id. */
  const open = new Map<string, string>();
  const handledCount = openHandledCount();
  let asleep = false;

  const connection = connect({
    ...settings,
    jid: account,
    resource,
    password,
    transparent: true,
    handled: handledCount.handled,
    log,
  });

  handledCount.onMoved(connection.acknowledge);
  connection.onStanzas((batch, stream, passedOver) => {
    handledCount.batch(stream);
    for (const stanza of passedOver) unreadable(stanza);
    for (const stanza of batch) {
      if (stanza.kind === 'iq' && (stanza.type === 'result' || stanza.type === 'error')) open.delete(stanza.id ?? '');
      receive(stanza, handledCount.took());
    }
  });

  connection.onStatus((status) => {
    if (status.state === 'online') cameOnline(status);
    else if (status.state === 'waiting' && status.conflict) ended('conflict', status.why);
    else if (status.state === 'refused') ended('not-authorized', status.why);
  });

  function cameOnline(status: Extract<ConnectionStatus, { state: 'online' }>): void {
    const before = jid;
    jid = status.jid;
    if (before !== undefined && before !== jid) return ended('conflict', 'the server gave the session another address');
    if (before === undefined) return;
    handledCount.forget(); // the resumption has told the server that everything has arrived
    if (!status.resumed) restore();
    if (state === 'inactive') connection.clientState(state);
  }

  /** A new stream has replaced the old one: nobody answers the old one's open IQs any more. */
  function restore(): void {
    log('info', 'a new session for the device, in the place of the one that was lost', { jid });
    const unanswered = [...open];
    open.clear();
    for (const [id, to] of unanswered) receive(lost(id, to), () => undefined);
    if (carbons) inBackground(log, 'asking for what the device had', askForCarbons());
    if (roster) inBackground(log, 'asking for what the device had', connection.iq(xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' }))));
    if (blocking) inBackground(log, 'asking for what the device had', connection.iq(xml('iq', { type: 'get' }, xml('blocklist', { xmlns: 'urn:xmpp:blocking' }))));
    if (presence !== undefined) connection.send(presence);
  }

  /** An answer could not be read: the device gets an error, because it would wait for the answer otherwise. */
  function unreadable({ kind, type, id = '', from }: PassedOver): void {
    const to = open.get(id);
    const answers = kind === 'iq' && (type === 'result' || type === 'error') && to !== undefined && mayAnswer(to, from, jid ?? account);
    if (!answers) return;
    open.delete(id);
    receive(lost(id, to, `<error type='cancel'><policy-violation xmlns='${NS.stanzaErrors}'/></error>`), handledCount.took());
  }

  function lost(id: string, to: string, error = `<error type='wait'><remote-server-timeout xmlns='${NS.stanzaErrors}'/></error>`): Stanza {
    const from = to === '' ? '' : ` from='${escapeXML(to)}'`;
    const raw = `<iq xmlns='jabber:client' type='error' id='${escapeXML(id)}'${from} to='${escapeXML(jid ?? account)}'>${error}</iq>`;
    return { kind: 'iq', raw, from: to, to: jid ?? account, type: 'error', id, element: parseElement(raw) };
  }

  function askForCarbons(timeout?: number) {
    return connection.iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: NS_CARBONS })), timeout === undefined ? {} : { timeout });
  }

  function note(stanza: Stanza): void {
    if (stanza.kind === 'presence' && stanza.to === '') {
      if (stanza.type === undefined) presence = stanza.raw;
      if (stanza.type === 'unavailable') presence = undefined;
    }
    if (stanza.kind !== 'iq' || (stanza.type !== 'get' && stanza.type !== 'set')) return;
    if (open.size < MAX_OPEN) open.set(stanza.id ?? '', stanza.to);
    if (stanza.to !== '' && stanza.to !== account && stanza.to !== domainOf(account)) return;
    const { raw } = stanza;
    if (raw.includes(NS_CARBONS)) carbons = /<enable[\s/>]/.test(raw);
    if (raw.includes(NS_PUSH)) notePush(stanza.element);
    if (raw.includes('jabber:iq:roster')) roster = true;
    if (/<blocklist[\s/>]/.test(raw)) blocking = true;
  }

  function notePush(request: Element): void {
    for (const name of ['enable', 'disable']) {
      const { jid: service, node } = attrsOf(request.getChild(name, NS_PUSH));
      if (service !== undefined) push({ jid: service, node }, name === 'enable');
    }
  }

  function wake(): void {
    if (!asleep) return connection.clientState(state ?? 'active');
    asleep = false;
    connection.start();
  }

  return {
    async online(patience) {
      connection.start();
      const status = await settled(connection, patience);
      if (status.state === 'online') return ok(status.jid);
      const why = 'why' in status ? status.why : 'it does not answer';
      return fail(status.state === 'refused' ? 'not-authorized' : 'remote-connection-failed', `The server of ${bareOf(account)} cannot be reached: ${why}`);
    },
    send(stanza) {
      const sent = connection.send(stanza.raw, { whenDown: 'queue' });
      if (sent.ok) note(stanza);
      return sent;
    },
    clientState(next) {
      state = next;
      connection.clientState(next);
    },
    async enableCarbons(patience) {
      const answer = await askForCarbons(patience);
      carbons ||= answer.ok;
      return answer.ok;
    },
    carbons: () => carbons,
    hibernate() {
      if (!handledCount.resumable()) return connection.clientState('inactive');
      asleep = true;
      log('info', 'the session hibernates on the server, for the device is away', { jid });
      connection.abandon();
    },
    hibernates: () => asleep,
    wake,
    async collect(patience) {
      if (!asleep) return;
      wake();
      const status = await settled(connection, patience);
      if (status.state === 'online') await connection.iq(xml('iq', { type: 'get' }, xml('ping', { xmlns: NS.ping })), { timeout: patience });
    },
    async stop({ taken } = { taken: true }) {
      if (taken) handledCount.forget();
      if (asleep && !taken) {
        wake();
        await settled(connection, GOODBYE);
      }
      await connection.stop();
    },
    connection: () => connection,
  };
}

function settled(connection: Connection, patience: number): Promise<ConnectionStatus> {
  return new Promise((resolve) => {
    const heard = new AbortController();
    const done = (status: ConnectionStatus): void => {
      clearTimeout(clock);
      heard.abort();
      resolve(status);
    };
    const clock = setTimeout(() => done(connection.status()), patience);
    connection.onStatus((status) => {
      if (status.state === 'online' || status.state === 'refused') done(status);
    }, heard.signal);
  });
}
