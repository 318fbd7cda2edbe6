// A device of the account's that takes what is relayed, and that is switched on and off.
import type { Account, ServerAddress } from '../servers/server.ts';
import { wordsOf } from '../harm/ledger.ts';
import { connectPerson, type Person } from './person.ts';

const CARBONS = 'urn:xmpp:carbons:2';

export interface Heard {
  /** What a device knows a message by when it comes again. */
  readonly id: string;
  readonly body: string;
  readonly room: string;
  /** `nick: body`, as in the ledger. */
  readonly words: string;
}

/** A device that is switched on and off; what it has heard in all its lives. */
export interface Gadget {
  readonly heard: () => Heard[];
  on(): Promise<void>;
  /** As a crash would, or with a goodbye. */
  off(kindly: boolean): Promise<void>;
  readonly isOn: () => boolean;
}

let tails = 0;

/**
 * Each life has a resource of its own, as most software draws one. What is under way to a session that has just died
 * can reach no other then; with one resource for all lives, a server may hand its rest to the next life, out of order.
 */
export function newTail(): string {
  return `x${(tails += 1)}y${Math.random().toString(36).slice(2, 8)}`;
}

/** Takes what Smack takes: a carbon whose from, made bare, is the account. `stem` tells two of them apart. */
export function smackLike(server: ServerAddress, who: Account, stem = 'smack'): Gadget {
  const earlier: Heard[] = [];
  let person: Person | undefined;
  const now = (): Heard[] =>
    (person?.stanzas ?? []).flatMap((stanza) => {
      const received = stanza.getChild('received', CARBONS);
      const inner = received?.getChild('forwarded', 'urn:xmpp:forward:0')?.getChild('message');
      const own = String(stanza.attrs['from']).split('/', 1)[0] === who.jid;
      const said = inner && wordsOf(inner);
      return own && inner && said ? [{ id: String(stanza.attrs['id']), body: inner.getChildText('body') ?? '', ...said }] : [];
    });
  return {
    heard: () => [...earlier, ...now()],
    async on() {
      person = await connectPerson(server, who.user, who.password, {
        resource: `${stem}.${newTail()}`,
        capsNode: `https://${stem}.example`,
        features: ['urn:minimix:relay:0'],
      });
    },
    async off(kindly) {
      const ending = person;
      if (!ending) return;
      if (!kindly) ending.kill();
      await ending.close();
      earlier.push(...now());
      person = undefined;
    },
    isOn: () => person !== undefined,
  };
}

/** Without what came again under the same id. */
export function once<T extends { readonly id: string }>(heard: readonly T[]): T[] {
  return [...new Map(heard.map((one) => [one.id, one])).values()];
}
