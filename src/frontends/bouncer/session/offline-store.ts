// XEP-0160 for one device: what its session took from the server and could not hand over any more.
import type { Archive } from '../../../archive/contract.ts';
import { storedValues } from '../../../archive/stored-values.ts';
import { readCarbon } from '../../../xmpp/xep/message/carbons.ts';
import { parseElement } from '../../../xmpp/xml.ts';
import { stamped } from './held-stamp.ts';
import type { Unacknowledged } from './session-contract.ts';
import { addressable } from './stanza-text.ts';

const MOST = 500;
const MOST_TEXT = 1024 * 1024;

export interface OfflineStore {
  /** Keeps the messages among these stanzas, each with its time. */
  keep(device: string, stanzas: readonly Unacknowledged[]): void;
  /** Removes and returns all that is kept for the device: oldest first, addressed, with delay stamps. */
  take(device: string, jid: string): string[];
  forget(device: string): void;
}

/** A device that never resumes its session must not lose what the server believes it has received. */
export function openOfflineStore(account: string, archive: Archive): OfflineStore {
  function read(device: string) {
    return archive.value(account, storedValues.bouncerMail.of(device)) ?? [];
  }

  return {
    keep(device, stanzas) {
      const messages = stanzas.filter(({ xml }) => isForKeeping(xml, account));
      if (messages.length === 0) return;
      let size = 0;
      const all = [...read(device), ...messages].slice(-MOST);
      const fits = all.toReversed().filter(({ xml }) => (size += xml.length) <= MOST_TEXT);
      archive.setValue(account, storedValues.bouncerMail.of(device), fits.toReversed());
    },
    take(device, jid) {
      const messages = read(device);
      if (messages.length > 0) archive.setValue(account, storedValues.bouncerMail.of(device), undefined);
      return messages.map(({ at, xml }) => addressable(stamped(xml, account, at)).to(jid));
    },
    forget: (device) => archive.setValue(account, storedValues.bouncerMail.of(device), undefined),
  };
}

/** XEP-0160 3: messages of type chat and normal that have a body, copies of them too (XEP-0280). A room's messages come with its history. */
function isForKeeping(text: string, account: string): boolean {
  if (!text.startsWith('<message')) return false;
  const message = parseElement(text);
  const element = readCarbon(message, account) ?? message;
  const type: unknown = element.attrs['type'];
  return (type === undefined || type === 'chat' || type === 'normal') && element.getChild('body') !== undefined;
}
