import type { Finding } from '../../core/diagnostics.ts';
import type { Result } from '../../core/errors.ts';
import type { IqAnswer } from '../../xmpp/contract.ts';
import type { Stanza } from '../../xmpp/stanza.ts';
import type { Element } from '../../xmpp/xml.ts';

/** How a frontend answers requests to the daemon's full JID. Only the account's own resources and server reach `handle`. */
export interface IqHandler {
  /** The payload that it is for, by name and namespace. */
  readonly name: string;
  readonly xmlns: string;
  readonly types: readonly ('get' | 'set')[];
  /** What disco#info tells of it (XEP-0030). */
  readonly features?: readonly string[];
  /** The answer, or `undefined` where it is written later by `write`. */
  handle(stanza: Stanza, payload: Element): Element | undefined;
  /** disco#info and disco#items of nodes below the full JID; `undefined` where the node is not its own. */
  info?(node: string): Element | undefined;
  items?(node: string, to: string): Element | undefined;
}

/** The stream to the account's server, as far as frontends use it. */
export interface AccountServer {
  /**
   * Writes a whole stanza to the server now, or says why not. `short`: what is written in its place where the server does not take as
   * much. For frontends; never for groupchat.
   */
  write(stanza: string, options?: { readonly checked?: boolean; readonly short?: () => string }): Result<number>;
  /** Asks somebody, for a frontend; never rejects. */
  ask(request: Element, timeout?: number): Promise<IqAnswer>;
  /** The same; `done` is called where the answer stands among the events: behind all that came before it, and ahead of the rest. */
  askInOrder(request: Element, timeout: number, done: (answer: IqAnswer) => void): void;
  /** The number that the server has acknowledged of what was written (XEP-0198), now and whenever it changes. */
  acknowledged(): number;
  onAcknowledged(listener: (h: number) => void, signal: AbortSignal): void;
  /** To be called before `start`, so that others learn of it (XEP-0115). */
  onIq(handler: IqHandler, signal: AbortSignal): void;
  /** What the server offers, what its clock says, and how bookmarks and rooms fare; for `minimix doctor`. */
  examine(): Promise<Finding[]>;
}
