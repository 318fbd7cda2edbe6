// XEP-0160 for one device: what its session took from the server and could not hand over any more.
import type { Archive } from '../../../archive/contract.ts';
import { storedValues } from '../../../archive/stored-values.ts';
import { NS_DELAY } from '../../../xmpp/xep/message/delay.ts';
import { escapeXML, parseElement } from '../../../xmpp/xml.ts';
import { addressable, withChild } from './stanza-text.ts';

const MOST = 500;
const MOST_TEXT = 1024 * 1024;

export interface OfflineStore {
  /** Keeps the messages among these stanzas. `at`: milliseconds since the epoch. */
  keep(device: string, stanzas: readonly string[], at: number): void;
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
    keep(device, stanzas, at) {
      const messages = stanzas.filter(isForKeeping).map((xml) => ({ at, xml }));
      if (messages.length === 0) return;
      let size = 0;
      const all = [...read(device), ...messages].slice(-MOST);
      const fits = all.toReversed().filter(({ xml }) => (size += xml.length) <= MOST_TEXT);
      archive.setValue(account, storedValues.bouncerMail.of(device), fits.toReversed());
    },
    take(device, jid) {
      const messages = read(device);
      if (messages.length > 0) archive.setValue(account, storedValues.bouncerMail.of(device), undefined);
      return messages.map(({ at, xml }) => {
        const stamp = `<delay xmlns='${NS_DELAY}' from='${escapeXML(account)}' stamp='${new Date(at).toISOString()}'/>`;
        return addressable(xml.includes(NS_DELAY) ? xml : withChild(xml, stamp)).to(jid);
      });
    },
    forget: (device) => archive.setValue(account, storedValues.bouncerMail.of(device), undefined),
  };
}

/** XEP-0160 3: messages of type chat and normal that have a body. A room's messages come with its history. */
function isForKeeping(text: string): boolean {
  if (!text.startsWith('<message')) return false;
  const element = parseElement(text);
  const type: unknown = element.attrs['type'];
  return (type === undefined || type === 'chat' || type === 'normal') && element.getChild('body') !== undefined;
}
