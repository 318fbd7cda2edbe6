import { createHash } from 'node:crypto';
import { pictureType } from '../../core/picture.ts';
import { readPhoto, vcardQuery } from '../../xmpp/xep/room/vcard.ts';
import type { Ask } from '../server/server-parts.ts';

export const MOST_AVATAR = 150_000; // bytes
const PATIENCE = 15_000; // milliseconds

/**
 * XEP-0153 4.2: the photo of somebody whose presence named its SHA-1. `undefined` where it is another one, too large,
 * or no picture that can be shown.
 */
export async function askAvatar(ask: Ask, occupant: string, hash: string): Promise<Buffer | undefined> {
  const answer = await ask(vcardQuery(occupant), PATIENCE);
  const photo = answer.ok ? readPhoto(answer.element, MOST_AVATAR) : undefined;
  if (!photo || pictureType(photo) === undefined) return undefined;
  return createHash('sha1').update(photo).digest('hex') === hash ? photo : undefined;
}
