// XEP-0357 for messages of rooms: the server pushes only if a stanza comes for the session of a device that is away.
import type { Account } from '../../../account/contract.ts';
import type { KeptMessage } from '../../../core/groupchat.ts';
import { NS } from '../../../xmpp/namespaces.ts';
import type { Stanza } from '../../../xmpp/stanza.ts';
import { escapeXML } from '../../../xmpp/xml.ts';

const ID = 'mx-wake-';
const BODY = 'You have new messages in a room.';

interface PushWakeUp {
  /** A message needs the person while the device hibernates: gives the server a reason to push, once until the device is back. */
  call(message: KeptMessage): void;
  /** The device is back: the next message gives the server a reason to push again. */
  back(): void;
}

/** `jid` is the device's session; `hibernates` whether the server believes it to be away. */
export function openPushWakeUp(account: Account, jid: string, hibernates: () => boolean): PushWakeUp {
  let called = false;
  return {
    call(message) {
      if (called || account.devices.isPushPaused() || !hibernates() || account.devices.alert(message) === undefined) return;
      called = account.server.write(wakeMessage(jid, message.archiveId)).ok;
    },
    back: () => { called = false; },
  };
}

/** With a body, for else Prosody's mod_cloud_notify thinks it of no importance; kept and copied by nobody. */
function wakeMessage(to: string, number: number): string {
  const hints = "<no-store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/><private xmlns='urn:xmpp:carbons:2'/>";
  return `<message xmlns='${NS.client}' to='${escapeXML(to)}' type='chat' id='${ID}${number}'><body>${BODY}</body>${hints}</message>`;
}

/** Whether a stanza is our reason to push. No device sees it: the device gets the room's own message. */
export function isPushWakeUp(account: Account, stanza: Stanza): boolean {
  return stanza.kind === 'message' && stanza.id?.startsWith(ID) === true && stanza.from === account.rooms.occupancy.jid();
}
