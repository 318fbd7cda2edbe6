import { fail, ok, type Result } from '../../core/errors.ts';
import { readSlot, readTooLarge, slotRequest, type Slot, type UploadFile } from '../../xmpp/xep/service/http-upload.ts';
import type { Ask, ServerParts } from './server-parts.ts';

const PATIENCE = 15_000; // milliseconds

/** A place for one file on the account's own server (XEP-0363 5). */
export async function slotFor(ask: Ask, { upload }: ServerParts, file: UploadFile): Promise<Result<Slot>> {
  if (!upload) return fail('no-upload', 'Your server does not support file uploads.');
  if (upload.most !== undefined && file.size > upload.most) return tooLarge(upload.most);
  const answer = await ask(slotRequest(upload.jid, file), PATIENCE);
  if (!answer.ok) {
    const most = readTooLarge(answer.error.element);
    if (most !== undefined) return tooLarge(most);
    return fail('upload-refused', `Your server refused the file: ${answer.error.text ?? answer.error.condition}.`);
  }
  const slot = readSlot(answer.element);
  return slot ? ok(slot) : fail('upload-refused', 'Your server did not say where to upload the file.');
}

function tooLarge(most: number): ReturnType<typeof fail> {
  return fail('too-large', `Your server accepts files of up to ${most} bytes.`);
}
