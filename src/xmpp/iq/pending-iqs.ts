// RFC 6120 8.2.3: requests, and the answers to them.
import { randomBytes } from 'node:crypto';
import { clone } from 'ltx';
import type { Element } from 'ltx';
import { bareOf, domainOf, sameJid } from '../../core/jid.ts';
import { conditionIn } from '../conditions.ts';
import type { IqAnswer, StanzaFault } from '../contract.ts';
import { NS } from '../namespaces.ts';
import type { PassedOver, Stanza } from '../stanza.ts';
import { attributeOf } from '../xml.ts';

export interface PendingIqs {
  /** Keeps a question open; `write` puts it on the wire and says why it cannot. */
  ask(request: Element, timeout: number, write: (request: Element) => string | undefined): Promise<IqAnswer>;
  /** The same; `done` is called in the very step in which the answer is handled, at its place among what else came. */
  askInOrder(request: Element, options: { timeout: number; write: (request: Element) => string | undefined; done: (answer: IqAnswer) => void }): void;
  /**
   * The question that this stanza answers: call it to settle; `inOrder`: at the answer's place among what else came. Undefined
   * where it answers none of ours.
   */
  answered(stanza: Stanza): { readonly inOrder: boolean; settle(): void } | undefined;
  /** The same for an answer that was passed over: the question fails of it. */
  answeredBy(stanza: PassedOver): (() => void) | undefined;
  /** Nobody will answer any more. */
  giveUp(): void;
}

interface PendingIq {
  readonly to: string;
  readonly inOrder: boolean;
  settle(answer: IqAnswer): void;
}

/**
 * Open questions of one account, matched by id and by whom was asked. `own` is the full JID that is bound.
 */
export function createPendingIqs(own: () => string): PendingIqs {
  const open = new Map<string, PendingIq>();

  function put(
    request: Element,
    { timeout, inOrder, write, done }: { timeout: number; inOrder: boolean; write: (request: Element) => string | undefined; done: (answer: IqAnswer) => void },
  ): void {
    const id = randomBytes(12).toString('base64url'); // unguessable: no stranger can answer blindly
    const asked = clone(request);
    asked.attrs['id'] = id;
    const clock = setTimeout(() => settle(failed('timeout')), timeout);
    const settle = (answer: IqAnswer): void => {
      clearTimeout(clock);
      open.delete(id);
      done(answer);
    };
    open.set(id, { to: attributeOf(asked, 'to') ?? '', inOrder, settle });
    const why = write(asked);
    if (why !== undefined) settle(failed(why));
  }

  function askedOf(stanza: Stanza | PassedOver): PendingIq | undefined {
    const question = open.get(stanza.id ?? '');
    return question !== undefined && mayAnswer(question.to, stanza.from, own()) ? question : undefined;
  }

  function answered(stanza: Stanza): ReturnType<PendingIqs['answered']> {
    const question = askedOf(stanza);
    return question && { inOrder: question.inOrder, settle: () => question.settle(answerOf(stanza)) };
  }

  function answeredBy(stanza: PassedOver): (() => void) | undefined {
    const question = askedOf(stanza);
    return question && (() => question.settle(failed('passed-over', stanza.why)));
  }

  function giveUp(): void {
    for (const question of [...open.values()]) question.settle(failed('disconnected'));
  }

  return {
    ask: (request, timeout, write) => new Promise((resolve) => put(request, { timeout, inOrder: false, write, done: resolve })),
    askInOrder: (request, { timeout, write, done }) => put(request, { timeout, inOrder: true, write, done }),
    answered,
    answeredBy,
    giveUp,
  };
}

/**
 * Whether an answer from `from` is one to a question sent to `to`. The account is itself, its bare JID or
 * nothing (RFC 6120 8.1.2.1), and its server speaks for it; only the server can leave `from` out.
 */
export function mayAnswer(to: string, from: string, own: string): boolean {
  if (sameJid(to, from)) return true;
  const account = ['', bareOf(own), domainOf(own)];
  const isAccount = (jid: string): boolean => account.some((known) => sameJid(known, jid));
  return isAccount(to) ? isAccount(from) || sameJid(from, own) : from === '' && sameJid(to, own);
}

function answerOf(stanza: Stanza): IqAnswer {
  const { element } = stanza;
  return stanza.type === 'result' ? { ok: true, element } : { ok: false, error: faultOf(element) };
}

/** What a stanza of type error says (RFC 6120 8.3). */
function faultOf(element: Element): StanzaFault {
  const error = element.getChild('error');
  return {
    condition: conditionIn(error) ?? (error?.children.length ? 'undefined-condition' : 'malformed'),
    type: attributeOf(error, 'type'),
    text: error?.getChildText('text', NS.stanzaErrors) ?? undefined,
    element,
  };
}

function failed(condition: string, text?: string): IqAnswer {
  return { ok: false, error: { condition, type: undefined, text, element: undefined } };
}
