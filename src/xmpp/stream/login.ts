// RFC 6120 4.3 to 7: from an open socket to a bound and counted stream.
import type { Element } from 'ltx';
import { localOf } from '../../core/jid.ts';
import type { ConnectionOptions, StreamState } from '../contract.ts';
import { StreamEnd } from '../faults.ts';
import { NS } from '../namespaces.ts';
import { authenticate } from '../sasl/sasl.ts';
import type { Stanza } from '../stanza.ts';
import type { Stream } from './stream.ts';
import { streamError } from './stream-error.ts';
import type { Incoming } from '../transport/reader.ts';
import { ENABLE, resumeRequest } from '../sm/stream-management.ts';
import { faultOf } from '../iq/pending-iqs.ts';
import { attributeOf, xml } from '../xml.ts';

/** What comes while the login is under way. */
export type Early = Exclude<Incoming, { readonly nonza: Element }>;

export type Login =
  | { readonly how: 'resumed'; readonly answer: Element; readonly features: Element }
  | {
      readonly how: 'bound';
      readonly features: Element;
      readonly jid: string;
      readonly enabled: Element | undefined;
      /** Stanzas that came before the server counted. */
      readonly early: readonly Early[];
      /** The answer to a resumption that failed. */
      readonly failed: Element | undefined;
    };

export interface LoginOptions {
  readonly account: Pick<ConnectionOptions, 'jid' | 'password' | 'allowPlaintext'>;
  readonly resource: string;
  readonly resume: StreamState | undefined;
}

/** Logs in on a new socket. Throws `StreamEnd` that says why not. */
export async function login(stream: Stream, { account, resource, resume }: LoginOptions): Promise<Login> {
  await stream.connectSocket();
  await stream.openStream();
  let features = await readFeatures(stream);
  if (!stream.secure() && account.allowPlaintext !== true) features = await startTls(stream, features);
  const password = await account.password();
  const username = localOf(account.jid);
  const nonza = (): Promise<Element> => nextNonza(stream);
  const negotiator = { write: (text: string): void => stream.put(text), nonza };
  await authenticate(negotiator, features, { username, password, secure: stream.secure() });
  await stream.openStream();
  features = await readFeatures(stream);
  const counts = features.getChild('sm', NS.sm) !== undefined;
  let failed: Element | undefined;
  if (counts && resume !== undefined) {
    stream.put(resumeRequest(resume));
    const answer = await nextNonza(stream);
    const same = attributeOf(answer, 'previd') === resume.id;
    if (answer.is('resumed', NS.sm) && same) return { how: 'resumed', answer, features };
    if (!answer.is('failed', NS.sm)) throw unexpected(answer);
    failed = answer;
  }
  const early: Early[] = [];
  const jid = await bind(stream, account.jid, resource, early);
  const enabled = counts ? await enable(stream, early) : undefined;
  return { how: 'bound', features, jid, enabled, early, failed };
}

/** Asks for TLS, and reads what is offered within it. Throws where it is not offered. */
export async function startTls(stream: Stream, features: Element): Promise<Element> {
  if (features.getChild('starttls', NS.tls) === undefined) {
    throw new StreamEnd('lost', 'the server offers no TLS, and Minimix sends nothing without it');
  }
  stream.put(`<starttls xmlns='${NS.tls}'/>`);
  const answer = await nextNonza(stream);
  if (!answer.is('proceed', NS.tls)) throw new StreamEnd('lost', 'the server refused to start TLS');
  await stream.startTls();
  await stream.openStream();
  return readFeatures(stream);
}

async function bind(stream: Stream, account: string, resource: string, early: Early[]): Promise<string> {
  const id = 'bind';
  const request = xml('bind', { xmlns: NS.bind }, xml('resource', {}, resource));
  stream.put(xml('iq', { type: 'set', id }, request).toString());
  for (;;) {
    const item = await stream.next();
    if ('nonza' in item) throw unexpected(item.nonza);
    const stanza = 'stanza' in item ? item.stanza : undefined;
    if (stanza?.kind !== 'iq' || stanza.id !== id || (stanza.type !== 'result' && stanza.type !== 'error')) {
      keepEarly(early, item);
      continue;
    }
    if (stanza.type === 'error') throw bindFailed(stanza);
    const jid = stanza.element.getChild('bind', NS.bind)?.getChildText('jid')?.trim();
    if (!jid || !jid.includes('/')) throw new StreamEnd('lost', `the server assigned no resource to ${account}`);
    return jid;
  }
}

function bindFailed(stanza: Stanza): StreamEnd {
  const { condition } = faultOf(stanza.element);
  const why = `the server assigned no resource: ${condition}`;
  return new StreamEnd(condition === 'conflict' ? 'conflict' : 'lost', why);
}

async function enable(stream: Stream, early: Early[]): Promise<Element | undefined> {
  stream.put(ENABLE);
  for (;;) {
    const item = await stream.next();
    if (!('nonza' in item)) keepEarly(early, item);
    else if (item.nonza.is('enabled', NS.sm)) return item.nonza;
    else if (item.nonza.is('failed', NS.sm)) return undefined;
    else throw unexpected(item.nonza);
  }
}

const MAX_EARLY = 1000;

function keepEarly(early: Early[], item: Early): void {
  if (early.length >= MAX_EARLY) throw new StreamEnd('lost', 'the server sends stanzas and no login');
  early.push(item);
}

export async function readFeatures(stream: Stream): Promise<Element> {
  const element = await nextNonza(stream);
  if (!element.is('features', NS.streams)) throw unexpected(element);
  return element;
}

async function nextNonza(stream: Stream): Promise<Element> {
  const item = await stream.next();
  if (!('nonza' in item)) throw new StreamEnd('lost', 'the server sent a stanza before the login was done');
  if (item.nonza.is('error', NS.streams)) throw streamError(item.nonza);
  return item.nonza;
}

function unexpected(element: Element): StreamEnd {
  if (element.is('error', NS.streams)) return streamError(element);
  return new StreamEnd('lost', `the server sent <${element.name}/> out of turn`);
}
