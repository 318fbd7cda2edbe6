// XEP-0045 6.4 and 15.5: what a room tells of itself to those who are not in it
import type { Element } from '../../xml.ts';
import { readInfoForm } from '../service/data-form.ts';
import { NS_DISCO_INFO, readDiscoInfo } from '../service/disco.ts';
import { short } from '../service/short.ts';

const FORM = 'http://jabber.org/protocol/muc#roominfo';
const LONGEST = 300; // characters of a description

interface RoomInfo {
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly occupants: number | undefined;
  readonly password: boolean;
  readonly membersOnly: boolean;
}

/** `undefined` where who answered is no room. */
export function readRoomInfo(iq: Element): RoomInfo | undefined {
  const info = readDiscoInfo(iq);
  const query = iq.getChild('query', NS_DISCO_INFO);
  const identity = info?.identities.find(({ category }) => category === 'conference');
  if (!info || !query || !identity) return undefined;
  const form = readInfoForm(query, FORM) ?? {};
  const occupants = Number(form['muc#roominfo_occupants'] ?? NaN);
  return {
    name: identity.name,
    description: short(form['muc#roominfo_description']?.trim(), LONGEST),
    occupants: Number.isSafeInteger(occupants) && occupants >= 0 ? occupants : undefined,
    password: info.features.has('muc_passwordprotected'),
    membersOnly: info.features.has('muc_membersonly'),
  };
}
