// XEP-0158: CAPTCHA Forms
import type { Element } from '../../xml.ts';

const NS_CAPTCHA = 'urn:xmpp:captcha';

/** 3: a challenge that stands between us and the room. */
export function asksForCaptcha(message: Element): boolean {
  return message.getChild('captcha', NS_CAPTCHA) !== undefined;
}
