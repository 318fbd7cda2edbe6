import { storedValues } from '../../archive/stored-values.ts';
import { sentenceOf } from '../../core/errors.ts';
import { bareOf, resourceOf } from '../../core/jid.ts';
import { stanzaFrom, type Stanza } from '../../xmpp/stanza.ts';
import type { AccountContext } from '../context.ts';

const MOST = 50;
const LONGEST = 20_000;

/**
 * The last presence of each of the account's other sessions, on disk. A server tells them at a login alone (RFC 6121 4.2.2),
 * and not to a process that takes up the stream of one that was killed.
 */
export interface OwnPresences {
  /** Inside a transaction: with what the stream counts as handled. */
  receive(stanza: Stanza): void;
  /** Who is online, as far as the process before was told; what came since, the resumed stream brings. */
  left(): readonly Stanza[];
  /** A new stream: whoever is there will be announced anew. */
  reset(): void;
}

export function openOwnPresences({ archive, connection, jid, log, transact }: Pick<AccountContext, 'archive' | 'connection' | 'jid' | 'log' | 'transact'>): OwnPresences {
  function save(presences: Readonly<Record<string, string>>): void {
    archive.setValue(jid, storedValues.ownPresences, Object.keys(presences).length === 0 ? undefined : presences);
  }

  return {
    receive({ from, type, raw }) {
      const status = connection.status();
      if (bareOf(from) !== jid || resourceOf(from) === '' || (status.state === 'online' && status.jid === from)) return;
      const { [from]: former, ...others } = archive.value(jid, storedValues.ownPresences) ?? {};
      if (type === 'unavailable' && former !== undefined) save(others);
      if (type === undefined && raw !== former && raw.length <= LONGEST && Object.keys(others).length < MOST) save({ ...others, [from]: raw });
    },
    left() {
      return Object.values(archive.value(jid, storedValues.ownPresences) ?? {}).flatMap((raw) => {
        try {
          return [stanzaFrom(raw)];
        } catch (error) {
          log('error', `a presence of before could not be read: ${sentenceOf(error)}`, { error });
          return [];
        }
      });
    },
    reset() {
      transact(() => save({}));
    },
  };
}
