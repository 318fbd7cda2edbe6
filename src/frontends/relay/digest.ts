import type { Account } from '../../account/contract.ts';
import { isQuiet } from '../../core/device.ts';
import type { KeptMessage } from '../../core/groupchat.ts';
import { localOf } from '../../core/jid.ts';
import { readableBody } from '../../core/readable.ts';
import { headline } from '../../xmpp/xep/message/relay-envelope.ts';

const MAX_TEXT = 500;

/**
 * Sends each mention as a plain headline to devices that accept nothing else, if the person asked for it. All native clients that
 * were tried show a headline. Mentions from the time when the device was away are not sent later.
 */
export function startDigest(account: Account, signal: AbortSignal, now: () => number): void {
  function tell(message: KeptMessage): void {
    const body = readableBody(message);
    if (message.nick === undefined || body === undefined || message.delayed) return;
    for (const { jid, device } of account.devices.digestTargets(message)) {
      const clock = new Date(now());
      if (device.digest && isQuiet(device.digest, clock.getHours() * 60 + clock.getMinutes())) continue;
      const text = `[${localOf(message.room)}] ${message.nick}: ${body}`;
      account.server.write(headline(jid, `mxd-${device.id}-${message.archiveId}`, text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text));
    }
  }

  account.events.subscribe((event) => {
    if (event.type === 'message' && event.fresh) tell(event.message);
  }, signal, 'the digest');
}
