import type { Result } from '../core/errors.ts';
import { fail, ok } from '../core/errors.ts';
import { bareOf, domainOf } from '../core/jid.ts';
import { connect } from '../xmpp/connection.ts';
import type { Connection, ConnectionOptions, ConnectionStatus } from '../xmpp/contract.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import { escapeXML, parseElement, xml } from '../xmpp/xml.ts';
import type { Log } from './stream.ts';
import { NS } from '../xmpp/namespaces.ts';

/** How the account's server is reached: as the daemon itself does. */
export type UpstreamSettings = Pick<ConnectionOptions, 'server' | 'directTls' | 'ca' | 'pin' | 'allowPlaintext' | 'backoff' | 'deadlines'>;

export interface UpstreamOptions {
  readonly account: string;
  readonly resource: string;
  readonly settings: UpstreamSettings;
  readonly password: () => Promise<string>;
  readonly receive: (stanza: Stanza) => void;
  /** It is over for good: a stream error's condition for the device, and a sentence. */
  readonly ended: (condition: string, why: string) => void;
  readonly log: Log;
}

/** One device's session with the account's server. It comes back by itself; the device need not know. */
export interface Upstream {
  /** Connects; resolves with the full JID that the server has bound. */
  online(patience: number): Promise<Result<string>>;
  send(stanza: Stanza): Result<number>;
  clientState(state: 'active' | 'inactive'): void;
  /** Whether the device has asked for copies (XEP-0280). */
  carbons(): boolean;
  stop(): Promise<void>;
  /** For tests: drops the socket as a broken network would. */
  connection(): Connection;
}

const MAX_OPEN = 1000;

export function openUpstream(options: UpstreamOptions): Upstream {
  const { account, resource, settings, password, receive, ended, log } = options;
  /** What the device has told the server, to be told again on a stream that the server knows nothing of. */
  let presence: string | undefined;
  let carbons = false;
  let roster = false;
  let blocking = false;
  let state: 'active' | 'inactive' | undefined;
  let jid: string | undefined;
  /** Questions of the device that are not answered yet: whom it asked, by id. */
  const open = new Map<string, string>();

  const connection = connect({
    ...settings,
    jid: account,
    resource,
    password,
    transparent: true,
    receive: (batch) => {
      for (const stanza of batch) {
        if (stanza.kind === 'iq' && (stanza.type === 'result' || stanza.type === 'error')) open.delete(stanza.id ?? '');
        receive(stanza);
      }
    },
    log,
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
    if (!status.resumed) restore();
    if (state === 'inactive') connection.clientState(state);
  }

  /** A new stream in the place of the old one: what was asked there, nobody answers any more. */
  function restore(): void {
    log('info', 'a new session for the device, in the place of the one that was lost', { jid });
    const unanswered = [...open];
    open.clear();
    for (const [id, to] of unanswered) receive(lost(id, to));
    if (carbons) void connection.iq(xml('iq', { type: 'set' }, xml('enable', { xmlns: 'urn:xmpp:carbons:2' })));
    if (roster) void connection.iq(xml('iq', { type: 'get' }, xml('query', { xmlns: 'jabber:iq:roster' })));
    if (blocking) void connection.iq(xml('iq', { type: 'get' }, xml('blocklist', { xmlns: 'urn:xmpp:blocking' })));
    if (presence !== undefined) connection.send(presence);
  }

  function lost(id: string, to: string): Stanza {
    const from = to === '' ? '' : ` from='${escapeXML(to)}'`;
    const raw =
      `<iq xmlns='jabber:client' type='error' id='${escapeXML(id)}'${from} to='${escapeXML(jid ?? account)}'>` +
      `<error type='wait'><remote-server-timeout xmlns='${NS.stanzaErrors}'/></error></iq>`;
    return { kind: 'iq', raw, from: to, to: jid ?? account, type: 'error', id, element: parseElement(raw) };
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
    if (raw.includes('urn:xmpp:carbons:2')) carbons = /<enable[\s/>]/.test(raw);
    if (raw.includes('jabber:iq:roster')) roster = true;
    if (/<blocklist[\s/>]/.test(raw)) blocking = true;
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
      note(stanza);
      return connection.send(stanza.raw, { whenDown: 'queue' });
    },
    clientState(next) {
      state = next;
      connection.clientState(next);
    },
    carbons: () => carbons,
    stop: () => connection.stop(),
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
