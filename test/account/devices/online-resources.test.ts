// XEP-0030 of the account's own resources: what a device can take is asked of it.
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import { ME, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const open = worlds();
const PHONE = `${ME}/phone`;
const LAPTOP = `${ME}/laptop`;
const isAsked = (jid: string) => (stanza: Element): boolean => stanza.attrs['to'] === jid && stanza.getChild('query', 'http://jabber.org/protocol/disco#info') !== undefined;

test('a device whose answer is lost is asked again, and gets what it takes from then on', async () => {
  const { account, heard, script, send } = await open({ times: { look: 100 } });
  script(ME, { info: () => undefined });
  const relays = (): boolean | undefined => account.devices.list().find(({ resource }) => resource === 'phone')?.relay;
  send(`<presence from='${PHONE}'/>`);
  await heard.next(isAsked(PHONE), { what: 'the question' });
  await until(() => relays() === false, { what: 'the device to be taken for one that takes nothing' });
  const again = await heard.next(isAsked(PHONE), { what: 'the question again' });
  send(`<iq type='result' from='${PHONE}' id='${again.attrs['id']}'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:minimix:relay:0'/></query></iq>`);
  await until(() => relays() === true, { what: 'the device to be relayed to' });
});

test('one that refuses to answer is not asked again', async () => {
  const { heard, script, send } = await open({ times: { look: 100 } });
  script(ME, { info: () => undefined });
  send(`<presence from='${PHONE}'/>`);
  const asked = await heard.next(isAsked(PHONE), { what: 'the question' });
  send(`<iq type='error' from='${PHONE}' id='${asked.attrs['id']}'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`);
  // whoever is silent from then on is asked again later than the phone would be
  send(`<presence from='${LAPTOP}'/>`);
  await heard.next(isAsked(LAPTOP), { what: 'the question to the laptop' });
  await heard.next(isAsked(LAPTOP), { what: 'the question to the laptop again' });
  expect(heard.all.filter(isAsked(PHONE))).toHaveLength(1);
});
