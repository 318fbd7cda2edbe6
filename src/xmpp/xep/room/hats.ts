// XEP-0317: Hats
import type { Element } from '../../xml.ts';

const NS_HATS = 'urn:xmpp:hats:0';

const MAX_HATS = 10;
const MAX_TITLE = 100;
const none: readonly string[] = [];

/** The titles of an occupant's hats, at most ten. */
export function readHats(presence: Element): readonly string[] {
  const hats = presence.getChild('hats', NS_HATS)?.getChildren('hat') ?? [];
  if (hats.length === 0) return none;
  return hats.slice(0, MAX_HATS).flatMap((hat) => {
    const title: unknown = hat.attrs['title'];
    return typeof title === 'string' && title !== '' ? [title.slice(0, MAX_TITLE)] : [];
  });
}
