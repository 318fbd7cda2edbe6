import type { KeptMessage } from '../../../core/groupchat.ts';
import { fileOf } from '../../../core/picture.ts';
import { isEncrypted } from '../../../core/readable.ts';
import { NS_OOB, readOob } from '../../../xmpp/xep/message/oob.ts';
import { parseElement } from '../../../xmpp/xml.ts';

/** The file that a message is about, by XEP-0066 or by its one link. */
export function fileOfMessage({ body, kind, xml }: Pick<KeptMessage, 'body' | 'kind' | 'xml'>): ReturnType<typeof fileOf> {
  if (isEncrypted({ kind, xml }) || body === undefined) return undefined;
  return fileOf(body, xml.includes(NS_OOB) ? readOob(parseElement(xml)) : undefined);
}
