// XEP-0421: Occupant identifiers for semi-anonymous MUCs
import type { Element } from '../../xml.ts';

export const NS_OCCUPANT_ID = 'urn:xmpp:occupant-id:0';

/** 3.1: the id that the room put on an occupant's stanza. To be trusted only where the room announces the feature. */
export function readOccupantId(stanza: Element): string | undefined {
  const id: unknown = stanza.getChild('occupant-id', NS_OCCUPANT_ID)?.attrs['id'];
  return typeof id === 'string' && id !== '' && id.length <= 256 ? id : undefined;
}
