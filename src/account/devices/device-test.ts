import { randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '../../core/errors.ts';
import { discoInfoQuery } from '../../xmpp/xep/service/disco.ts';
import { readStanzaError } from '../../xmpp/xep/service/errors.ts';
import { ping } from '../../xmpp/xep/service/ping.ts';
import { addressedTo, relayEnvelope } from '../../xmpp/xep/message/relay-envelope.ts';
import { xml } from '../../xmpp/xml.ts';
import type { DeviceTest } from './contract.ts';
import { nameOf } from './device-profile.ts';
import type { Devices } from './devices.ts';
import type { AccountContext } from '../context.ts';

const BODY = 'This is a test from Minimix: if you can read it, this device accepts relayed messages.';
/** Milliseconds that the device has for its answer. */
const PATIENCE = 10_000;

/**
 * Sends one device a relayed message of ours, in the very envelope of all others, and a ping behind it: what became of
 * it. An error switches the relay off, as it would for any other message.
 */
export async function testDevice(context: AccountContext, devices: Devices, name: string): Promise<Result<DeviceTest>> {
  const device = devices.find(name);
  const jid = device && devices.online(device.id);
  if (!device) return fail('unknown-device', `There is no device ${name.slice(0, 100)}.`);
  const label = nameOf(device);
  const status = context.connection.status();
  if (jid === undefined || status.state !== 'online') return fail('offline', `${label} is not online.`);

  const tested = new AbortController();
  const number = randomBytes(4).readUInt32BE();
  let refusal: string | undefined;
  context.events.subscribe((event) => {
    if (event.type !== 'bounced' || event.from !== jid || event.stanza.id !== `mxt-${number}`) return;
    const error = readStanzaError(event.stanza.element);
    refusal = error?.text ?? error?.condition ?? 'an error without a reason';
  }, tested.signal, 'the test of a device');
  const now = context.now();
  const inner = xml('message', { xmlns: 'jabber:client', from: status.jid, to: context.jid, type: 'chat', id: `mxt-${number}-inner` }, xml('body', {}, BODY));
  const sent = context.connection.send(addressedTo(jid, 'mxt-')(relayEnvelope(inner.toString(), now), number));
  if (!sent.ok) return sent;
  const answered = await asked(context, jid);
  tested.abort();
  if (refusal !== undefined) {
    devices.refuseRelay(jid, refusal);
    return ok({ account: context.jid, device: device.id, label, outcome: 'refused', text: `${label} answered with an error: ${refusal}. Minimix relays nothing to it from now on.` });
  }
  if (!answered) return ok({ account: context.jid, device: device.id, label, outcome: 'silent', text: `${label} did not reply within ${PATIENCE / 1000} seconds: it may be asleep or offline.` });
  return ok({ account: context.jid, device: device.id, label, outcome: 'arrived', text: `The test was delivered to ${label}. Check the device to see whether it is displayed.` });
}

/** Whether the device itself has answered; a server answers service-unavailable for one that is gone. */
async function asked({ connection }: AccountContext, jid: string): Promise<boolean> {
  const pong = await connection.iq(ping(jid), { timeout: PATIENCE });
  if (pong.ok || pong.error.condition === 'feature-not-implemented') return true;
  if (pong.error.condition !== 'service-unavailable') return false;
  return (await connection.iq(discoInfoQuery(jid), { timeout: PATIENCE })).ok;
}
