// RFC 6120 7 and XEP-0198, the server's side: one device, bound, over as many connections as it takes.
import { randomBytes } from 'node:crypto';
import { bareOf } from '../../../core/jid.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import { inBackground } from '../../../core/background.ts';
import { sentenceOf } from '../../../core/errors.ts';
import type { Incoming } from '../../../xmpp/transport/reader.ts';
import type { PassedOver, Stanza } from '../../../xmpp/stanza.ts';
import { createStreamManagement, REQUEST } from '../../../xmpp/sm/stream-management.ts';
import { attributeOf, escapeXML, xml } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import type { DeviceLink } from './link.ts';
import { unreadAnswer } from '../../../xmpp/xep/service/errors.ts';
import { endangersAccount, refusal } from '../credentials/account-guard.ts';
import { stamped } from './held-stamp.ts';
import { untakenFault } from './untaken.ts';
import { MOST_UNREAD, type BouncerSession, type BouncerSessionOptions } from './session-contract.ts';

const MAX_UNACKNOWLEDGED = 20;
/** Characters of a stanza's id: ids are remembered by the thousand, for an answer or an error that may follow. */
const LONGEST_ID = 1023;
const UNEXPECTED = `<failed xmlns='${NS.sm}'><unexpected-request xmlns='${NS.stanzaErrors}'/></failed>`;
const SESSION_NS = 'urn:ietf:params:xml:ns:xmpp-session';

/** A session from the login of its device until it is given up. */
type SessionState =
  /** The device has logged in, but was not told yet that it is bound. */
  | { readonly state: 'binding'; readonly waiting: { readonly text: string; readonly delivered: (() => void) | undefined }[] }
  | {
      readonly state: 'attached';
      readonly link: DeviceLink;
      /** Until the device has been silent for too long. */
      idle: NodeJS.Timeout | undefined;
      /** The device was asked for an acknowledgement and has not answered. */
      asked: boolean;
      asking: NodeJS.Immediate | undefined;
      /** Until its silence ends the link. */
      unanswered: NodeJS.Timeout | undefined;
    }
  /** The link was lost, and the session waits for the device. */
  | { readonly state: 'away'; readonly hibernating: NodeJS.Timeout | undefined; readonly holding: NodeJS.Timeout | undefined }
  | { readonly state: 'over' };

export function openBouncerSession(options: BouncerSessionOptions): BouncerSession {
  const { login, jid, connection, times, log, now: clock } = options;
  const inside = options.inside({ send, pass, untaken });
  const sm = createStreamManagement(undefined);
  let now: SessionState = { state: 'binding', waiting: [] };
  /** The id under which the session can be resumed, once the device has asked for that. */
  let id: string | undefined;
  /** When each of the stanzas was sent that are not acknowledged yet. */
  const sentAt: number[] = [];
  /** Called, in order, when the device has acknowledged so many stanzas. */
  const undelivered: { readonly number: number; readonly delivered: () => void }[] = [];

  const linkOf = (): DeviceLink | undefined => (now.state === 'attached' ? now.link : undefined);

  /** Leaves a state: its timers end. */
  function become(next: SessionState): void {
    const timers = now.state === 'attached' ? [now.idle, now.unanswered] : now.state === 'away' ? [now.hibernating, now.holding] : [];
    for (const timer of timers) clearTimeout(timer);
    if (now.state === 'attached') clearImmediate(now.asking);
    now = next;
  }

  function attach(link: DeviceLink): void {
    const waiting = now.state === 'binding' ? now.waiting : [];
    become({ state: 'attached', link, idle: undefined, asked: false, asking: undefined, unanswered: undefined });
    if (connection.hibernates()) connection.wake();
    inside.back();
    alive();
    for (const { text, delivered } of waiting) send(text, delivered);
  }

  function alive(): void {
    if (now.state !== 'attached') return;
    clearTimeout(now.unanswered);
    now.unanswered = undefined;
    clearTimeout(now.idle);
    now.idle = setTimeout(ask, times.idle);
  }

  /** A device without XEP-0198 has nothing to answer, so only TCP tells that it is gone. */
  function ask(): void {
    if (now.state !== 'attached' || !sm.enabled()) return;
    const { link } = now;
    now.asked = true;
    put(REQUEST);
    now.unanswered ??= setTimeout(() => link.drop(), times.answer);
  }

  function askSoon(): void {
    if (now.state !== 'attached' || now.asked || now.asking !== undefined || !sm.enabled()) return;
    const attached = now;
    attached.asking = setImmediate(() => {
      attached.asking = undefined;
      if (!attached.asked) ask();
    });
  }

  /** Onto the link, and to nobody where there is none. A device that makes us talk and reads nothing loses its link, and not our memory. */
  function put(text: string): void {
    const link = linkOf();
    if (link && link.buffered() > MOST_UNREAD * options.maxBuffered) link.drop();
    else link?.put(text);
  }

  function send(text: string, delivered?: () => void): void {
    if (now.state === 'over') return;
    if (now.state === 'binding') {
      now.waiting.push({ text, delivered });
      return;
    }
    const room = sm.enabled() ? sm.hasRoom(text.length) : (linkOf()?.buffered() ?? 0) <= options.maxBuffered;
    if (!room) return endSoon('policy-violation', 'The device no longer accepts data.');
    const number = sm.sent(text);
    if (sm.enabled()) sentAt.push(clock());
    put(text);
    if (sm.enabled() && delivered) undelivered.push({ number, delivered });
    else delivered?.();
    askSoon();
  }

  /** XEP-0198 4: the device has all up to what it has acknowledged. */
  function tellDelivered(): void {
    const upTo = sm.acknowledged();
    sentAt.splice(0, sentAt.length - sm.pending());
    while (undelivered[0] && undelivered[0].number <= upTo) undelivered.shift()?.delivered();
  }

  function take(items: readonly Incoming[]): void {
    alive();
    for (const item of items) {
      if (!isAttached()) return; // it is not counted either: a device that comes back says it again
      try {
        if ('nonza' in item) nonza(item.nonza);
        else if ('stanza' in item) stanza(item.stanza);
        else passedOver(item.passedOver);
      } catch (error) {
        untaken('stanza' in item ? item.stanza : undefined, error);
      }
    }
    if (sm.enabled() && sm.owed() >= MAX_UNACKNOWLEDGED) put(sm.ack());
  }

  function nonza(element: Element): void {
    if (element.is('r', NS.sm) && sm.enabled()) put(sm.ack());
    else if (element.is('a', NS.sm)) acknowledged(element);
    else if (element.is('enable', NS.sm)) put(sm.enabled() ? UNEXPECTED : enable(element));
    else if (element.is('active', NS.csi)) connection.clientState('active');
    else if (element.is('inactive', NS.csi)) connection.clientState('inactive');
    else if (element.getNS() === NS.sasl2 || element.getNS() === NS.sasl) endSoon('policy-violation', 'The device has logged in already.'); // XEP-0388 4.9
    else if (element.getNS() === NS.sm) put(UNEXPECTED);
    else log('debug', `ignored <${element.name}/> from the device`);
  }

  function acknowledged(element: Element): void {
    if (!sm.enabled()) return;
    if (!sm.acknowledge(attributeOf(element, 'h'))) {
      return endSoon('undefined-condition', 'The device acknowledged more than was sent.');
    }
    if (now.state === 'attached') now.asked = false;
    tellDelivered();
    if (sm.pending() > 0) askSoon();
  }

  /** Counts from here on; the answer to the device. */
  function enable(element: Element): string {
    const resumes = ['true', '1'].includes(attributeOf(element, 'resume') ?? '');
    id = resumes ? randomBytes(18).toString('base64url') : undefined;
    const how = id === undefined ? {} : { id, resume: 'true', max: String(Math.floor(times.hold / 1000)) };
    const enabled = xml('enabled', { xmlns: NS.sm, ...how });
    sm.begin(jid, enabled);
    return enabled.toString();
  }

  function stanza(given: Stanza): void {
    if (sm.enabled()) sm.received();
    if ((given.id?.length ?? 0) > LONGEST_ID) return refuse(given, { how: 'modify', condition: 'bad-request', text: 'It was not sent: its id is too long.' });
    if (given.from !== '' && bareOf(given.from).toLowerCase() !== login.account && !inside.isOccupant(given)) {
      return endSoon('invalid-from', 'A device may only write as its own account.');
    }
    if (given.kind === 'iq' && given.type === 'set' && given.raw.includes(SESSION_NS)) {
      return send(`<iq xmlns='jabber:client' type='result' id='${escapeXML(given.id ?? '')}' to='${escapeXML(jid)}'/>`);
    }
    if (endangersAccount(given, login.account)) return send(refusal(given, jid));
    if (!inside.fromDevice(given)) pass(given);
  }

  function pass(given: Stanza): void {
    const sent = connection.send(given);
    if (sent.ok) return;
    if (sent.error.code !== 'too-large') return endSoon('resource-constraint', sent.error.message);
    log('info', `a stanza of a device is refused: ${sent.error.message}`, { jid });
    refuse(given, { how: 'modify', condition: 'policy-violation', text: sent.error.message });
  }

  /** A full disk, or a fault of ours: the device is told of the one stanza, and nobody else is concerned. */
  function untaken(given: Stanza | undefined, error: unknown): void {
    log('error', `what a device sent could not be taken: ${sentenceOf(error)}`, { jid, error });
    if (!given) return;
    const { code, message } = untakenFault(error);
    refuse(given, { how: 'wait', condition: code, text: message });
  }

  function refuse(given: Pick<Stanza, 'kind' | 'type' | 'to' | 'id'>, { how, condition, text }: { how: string; condition: string; text: string }): void {
    const { kind, type, to } = given;
    const asks = kind === 'iq' ? type === 'get' || type === 'set' : type !== 'error' && (kind === 'message' || (type === undefined && to !== ''));
    if (asks) send(unreadAnswer(given, { type: how, condition, text }));
  }

  /** Too big, or of a shape that nobody takes: the stream goes on, and the device is told. */
  function passedOver(given: PassedOver): void {
    if (sm.enabled()) sm.received();
    log('info', `a stanza of a device is passed over: ${given.why}`, { jid, kind: given.kind, size: given.size });
    refuse(given, { how: 'modify', condition: 'policy-violation', text: `It was not sent: ${given.why}.` });
  }

  const isAttached = (): boolean => now.state === 'attached';

  function closed(gone: DeviceLink, how: 'closed' | 'lost'): void {
    if (now.state === 'over' || now.state === 'away' || (now.state === 'attached' && gone !== now.link)) return;
    if (how === 'closed' || id === undefined) return endSoon();
    log('info', 'a device dropped off; it is waited for', { jid, hold: times.hold });
    become({
      state: 'away',
      hibernating: setTimeout(connection.hibernate, times.hibernate),
      holding: setTimeout(() => inBackground(log, `giving up the session of ${jid}`, giveUp()), times.hold),
    });
  }

  /** Ends the session after the server has sent what it held back for the device. */
  async function giveUp(condition?: string, why?: string): Promise<void> {
    if (now.state === 'away') clearTimeout(now.hibernating);
    await connection.collect(times.upstream);
    if (now.state !== 'attached' || condition !== undefined) await end(condition, why);
  }

  const resume: BouncerSession['resume'] = (next, h, say) => {
    if (now.state === 'over' || id === undefined) return 'item-not-found';
    const before = linkOf();
    become({ state: 'away', hibernating: undefined, holding: undefined });
    before?.end('conflict', 'Resumed on another connection.');
    // `resumed` acknowledges up to h and gives back what is left
    const again = sm.resumed(xml('resumed', { xmlns: NS.sm, h }));
    if (again === undefined) {
      endSoon();
      return 'item-not-found';
    }
    tellDelivered();
    const { inbound } = sm.state() ?? { inbound: 0 };
    next.put(say({ jid, answers: xml('resumed', { xmlns: NS.sm, previd: id, h: String(inbound) }).toString() }));
    // XEP-0198 5: what waited says since when, as the device's server would
    for (const [n, text] of again.entries()) next.put(stamped(text, bareOf(jid), sentAt[n]));
    attach(next);
    if (again.length > 0) askSoon();
    log('info', 'a device is back', { jid, again: again.length });
    return undefined;
  };

  function endSoon(condition?: string, why?: string): void {
    inBackground(log, `ending the session of ${jid}`, end(condition, why));
  }

  async function end(condition?: string, why?: string): Promise<void> {
    if (now.state === 'over') return;
    const link = linkOf();
    become({ state: 'over' });
    const texts = (sm.enabled() && sm.resumed(xml('resumed', { xmlns: NS.sm, h: String(sm.acknowledged()) }))) || [];
    const left = texts.map((text, n) => ({ xml: text, at: sentAt[n] ?? clock() }));
    log('info', 'the session of a device is over', { jid, condition, why, unacknowledged: left.length });
    link?.end(condition, why);
    inside.over();
    const taken = options.ended(session, left);
    await connection.stop({ taken });
  }

  const session: BouncerSession = {
    login,
    jid,
    since: clock(),
    resumption: () => id,
    address: () => linkOf()?.address,
    begin(link, wishes, say) {
      link.put(say({ jid, answers: wishes.enable ? enable(wishes.enable) : '' }));
      attach(link);
    },
    resume,
    take,
    over: closed,
    send,
    pass,
    untaken,
    fromServer: inside.fromServer,
    hibernates: connection.hibernates,
    giveUp,
    end,
  };
  return session;
}
