// XEP-0153: vCard-Based Avatars
import type { Element } from '../../xml.ts';

export const NS_VCARD_UPDATE = 'vcard-temp:x:update';

/** 3.1: the SHA-1 of the photo, lower-case hex; `undefined` where there is none or it is not a hash. */
export function readAvatarHash(presence: Element): string | undefined {
  const hash = presence.getChild('x', NS_VCARD_UPDATE)?.getChildText('photo')?.trim().toLowerCase();
  return hash !== undefined && /^[0-9a-f]{40}$/.test(hash) ? hash : undefined;
}
