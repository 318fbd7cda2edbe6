// RFC 6120 7 and XEP-0198, the server's side: one device, bound, over as many connections as it takes.
import { randomBytes } from 'node:crypto';
import { bareOf } from '../../../core/jid.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import type { Item } from '../../../xmpp/transport/reader.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { createStreamManagement } from '../../../xmpp/sm/stream-management.ts';
import { attributeOf, escapeXML, xml } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import type { DeviceLink } from './link.ts';
import { errorAnswer } from '../../../xmpp/xep/service/errors.ts';
import { endangersAccount, refusal } from '../credentials/account-guard.ts';
import type { BouncerSession, BouncerSessionOptions } from './session-contract.ts';

/** Bytes that may wait for a device which takes none, where no acknowledgement bounds them. */
export const MAX_BACKLOG = 16 * 1024 * 1024;
const MAX_OWED = 20;
const REQUEST = `<r xmlns='${NS.sm}'/>`;
const SESSION_NS = 'urn:ietf:params:xml:ns:xmpp-session';

export function openBouncerSession(options: BouncerSessionOptions): BouncerSession {
  const { login, jid, upstream, inside, times, log, now } = options;
  const sm = createStreamManagement(undefined);
  let link: DeviceLink | undefined;
  let id: string | undefined;
  let over = false;
  let asked = false;
  let early: { text: string; delivered: (() => void) | undefined }[] | undefined = []; // until the first link is told that it is bound
  let asking: NodeJS.Immediate | undefined;
  let holding: NodeJS.Timeout | undefined;
  let dying: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;
  let sleeping: NodeJS.Timeout | undefined;
  let lostAt: number | undefined;
  /** Told, in order, when the device has acknowledged so many. */
  const owing: { readonly number: number; readonly delivered: () => void }[] = [];

  function attach(next: DeviceLink): void {
    link = next;
    lostAt = undefined;
    asked = false;
    clearTimeout(holding);
    clearTimeout(sleeping);
    if (upstream.hibernates()) upstream.wake();
    inside.back();
    alive();
    const texts = early ?? [];
    early = undefined;
    for (const { text, delivered } of texts) send(text, delivered);
  }

  function alive(): void {
    clearTimeout(dying);
    dying = undefined;
    clearTimeout(idle);
    if (!over && link) idle = setTimeout(ask, times.idle);
  }

  /** A device without XEP-0198 is left to TCP: there is nothing that it must answer. */
  function ask(): void {
    if (!link || !sm.enabled()) return;
    asked = true;
    link.put(REQUEST);
    dying ??= setTimeout(() => link?.drop(), times.answer);
  }

  function askSoon(): void {
    if (asked || asking !== undefined || !sm.enabled()) return;
    asking = setImmediate(() => {
      asking = undefined;
      if (!asked && !over) ask();
    });
  }

  function send(text: string, delivered?: () => void): void {
    if (over) return;
    if (early) return void early.push({ text, delivered });
    const room = sm.enabled() ? sm.hasRoom(text.length) : (link?.backlog() ?? 0) <= options.backlog;
    if (!room) return void end('policy-violation', 'The device no longer accepts data.');
    const number = sm.sent(text);
    link?.put(text);
    if (sm.enabled() && delivered) owing.push({ number, delivered });
    else delivered?.();
    askSoon();
  }

  /** XEP-0198 4: the device has all up to what it has acknowledged. */
  function settle(): void {
    const upTo = sm.acknowledged();
    while (owing[0] && owing[0].number <= upTo) owing.shift()?.delivered();
  }

  function take(items: readonly Item[]): void {
    alive();
    for (const item of items) {
      if (over) return;
      if ('nonza' in item) nonza(item.nonza);
      else stanza(item.stanza);
    }
    if (sm.enabled() && sm.owed() >= MAX_OWED) link?.put(sm.ack());
  }

  function nonza(element: Element): void {
    if (element.is('r', NS.sm) && sm.enabled()) link?.put(sm.ack());
    else if (element.is('a', NS.sm)) acknowledged(element);
    else if (element.is('enable', NS.sm)) enable(element);
    else if (element.is('active', NS.csi)) upstream.clientState('active');
    else if (element.is('inactive', NS.csi)) upstream.clientState('inactive');
    else if (element.getNS() === NS.sm) link?.put(`<failed xmlns='${NS.sm}'><unexpected-request xmlns='${NS.stanzaErrors}'/></failed>`);
    else log('debug', `ignored <${element.name}/> from the device`);
  }

  function acknowledged(element: Element): void {
    if (!sm.enabled()) return;
    if (!sm.acknowledge(attributeOf(element, 'h'))) {
      return void end('undefined-condition', 'The device acknowledged more than was sent.');
    }
    asked = false;
    settle();
    if (sm.pending() > 0) askSoon();
  }

  function enable(element: Element): void {
    if (sm.enabled()) return link?.put(`<failed xmlns='${NS.sm}'><unexpected-request xmlns='${NS.stanzaErrors}'/></failed>`);
    const resumes = ['true', '1'].includes(attributeOf(element, 'resume') ?? '');
    id = resumes ? randomBytes(18).toString('base64url') : undefined;
    const how = id === undefined ? {} : { id, resume: 'true', max: String(Math.floor(times.hold / 1000)) };
    const enabled = xml('enabled', { xmlns: NS.sm, ...how });
    sm.begin(jid, enabled);
    link?.put(enabled.toString());
  }

  function stanza(given: Stanza): void {
    if (sm.enabled()) sm.received();
    if (given.from !== '' && bareOf(given.from).toLowerCase() !== login.account && !inside.isOccupant(given)) {
      return void end('invalid-from', 'A device may only write as its own account.');
    }
    if (given.kind === 'iq' && given.type === 'set' && given.raw.includes(SESSION_NS)) {
      return send(`<iq xmlns='jabber:client' type='result' id='${escapeXML(given.id ?? '')}' to='${escapeXML(jid)}'/>`);
    }
    if (endangersAccount(given, login.account)) return send(refusal(given, jid));
    if (inside.fromDevice(given)) return;
    const sent = upstream.send(given);
    if (sent.ok) return;
    if (sent.error.code !== 'too-large') return void end('resource-constraint', sent.error.message);
    log('info', `a stanza of a device is refused: ${sent.error.message}`, { jid });
    const asks = given.kind === 'iq' ? given.type === 'get' || given.type === 'set' : given.kind === 'message' && given.type !== 'error';
    if (asks) send(errorAnswer(given.element, 'modify', 'policy-violation', sent.error.message).toString());
  }

  function closed(gone: DeviceLink, how: 'closed' | 'lost'): void {
    const never = early !== undefined; // gone before it was told that it is bound
    if (over || (gone !== link && !never)) return;
    link = undefined;
    clearTimeout(idle);
    clearTimeout(dying);
    dying = undefined;
    if (how === 'closed' || id === undefined) return void end();
    lostAt = now();
    log('info', 'a device dropped off; it is waited for', { jid, hold: times.hold });
    sleeping = setTimeout(upstream.hibernate, times.hibernate);
    holding = setTimeout(() => void giveUp(), times.hold);
  }

  /** What the server has held for it all the while is here before the session ends. */
  async function giveUp(condition?: string, why?: string): Promise<void> {
    clearTimeout(sleeping);
    await upstream.collect(times.upstream);
    if (!link || condition !== undefined) await end(condition, why);
  }

  function resume(next: DeviceLink, h: string): string | undefined {
    if (over || id === undefined) return 'item-not-found';
    clearTimeout(holding);
    const before = link;
    link = undefined;
    before?.end('conflict', 'Resumed on another connection.');
    // `resumed` acknowledges up to h and gives back what is left
    const again = sm.resumed(xml('resumed', { xmlns: NS.sm, h }));
    if (again === undefined) {
      void end();
      return 'item-not-found';
    }
    settle();
    const { inbound } = sm.state() ?? { inbound: 0 };
    attach(next);
    next.put(xml('resumed', { xmlns: NS.sm, previd: id, h: String(inbound) }).toString());
    for (const text of again) next.put(text);
    if (again.length > 0) askSoon();
    log('info', 'a device is back', { jid, again: again.length });
    return undefined;
  }

  async function end(condition?: string, why?: string): Promise<void> {
    if (over) return;
    over = true;
    for (const timer of [holding, sleeping, idle, dying]) clearTimeout(timer);
    clearImmediate(asking);
    const left = (sm.enabled() && sm.resumed(xml('resumed', { xmlns: NS.sm, h: String(sm.acknowledged()) }))) || [];
    log('info', 'the session of a device is over', { jid, condition, why, unacknowledged: left.length });
    link?.end(condition, why);
    link = undefined;
    inside.over();
    const taken = options.ended(session, left, lostAt ?? now());
    await upstream.stop({ taken });
  }

  const session: BouncerSession = {
    login,
    jid,
    since: now(),
    resumption: () => id,
    address: () => link?.address,
    attach,
    resume,
    take,
    over: closed,
    send,
    fromServer(given, delivered) {
      if (inside.hides(given)) delivered();
      else send(given.raw, delivered);
    },
    hibernates: upstream.hibernates,
    giveUp,
    end,
  };
  return session;
}
