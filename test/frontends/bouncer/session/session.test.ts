import { expect, test } from 'vitest';
import type { DeviceConnection } from '../../../../src/frontends/bouncer/session/device-connection.ts';
import { openBouncerSession } from '../../../../src/frontends/bouncer/session/session.ts';
import { sessionTimes, type Outward } from '../../../../src/frontends/bouncer/session/session-contract.ts';
import type { Incoming } from '../../../../src/xmpp/transport/reader.ts';
import { stanzaFrom } from '../../../../src/xmpp/stanza.ts';
import { parseElement } from '../../../../src/xmpp/xml.ts';

const SM = 'urn:xmpp:sm:3';
const nonza = (text: string): Incoming => ({ nonza: parseElement(text) });
const ENABLE = nonza(`<enable xmlns='${SM}' resume='true'/>`);
const ASK = nonza(`<r xmlns='${SM}'/>`);
const QUESTION: Incoming = { stanza: stanzaFrom("<iq xmlns='jabber:client' type='get' id='q'><query xmlns='urn:example'/></iq>") };
const MOST = 10_000; // bytes that may wait

/** A device that reads nothing, and whose every question is answered by a thousand letters. */
function scene() {
  let waits = 0;
  let dropped = false;
  let taken = 0;
  let last = '';
  const session = openBouncerSession({
    login: { account: 'a@b', device: { id: 'phone', label: 'phone' } } as never,
    jid: 'a@b/phone',
    connection: { hibernate: () => undefined, hibernates: () => false, wake: () => undefined, stop: () => Promise.resolve() } as unknown as DeviceConnection,
    inside: ({ send }: Outward) => ({
      fromDevice: () => {
        taken += 1;
        send(`<message><body>${'x'.repeat(1000)}</body></message>`);
        return true;
      },
      isOccupant: () => false,
      fromServer: () => undefined,
      back: () => undefined,
      over: () => undefined,
    }),
    times: sessionTimes,
    maxBuffered: MOST,
    log: () => undefined,
    now: () => 0,
    ended: () => true,
  });
  const link = {
    address: 'here',
    put(text: string) {
      last = text;
      waits += text.length;
    },
    buffered: () => waits,
    end: () => undefined,
    drop() {
      dropped = true;
      session.over(link, 'lost');
    },
  };
  session.begin(link, { enable: undefined }, () => '');
  return { session, last: () => last, waits: () => waits, isDropped: () => dropped, taken: () => taken };
}

const BOUND = 5 * MOST;

test.each([
  ['asks what we have, again and again', ASK],
  ['wants its stream to be counted, again and again', ENABLE],
])('a device that %s, and reads nothing, loses its link and takes no memory', async (_what, item) => {
  const { session, waits, isDropped } = scene();
  session.take([ENABLE, ...Array.from({ length: 5000 }, () => item)]);
  expect(isDropped()).toBe(true);
  expect(waits()).toBeLessThan(BOUND);
  await session.end();
});

test('a device that acknowledges what it has not read loses its link, and what it says behind is not taken', async () => {
  const { session, waits, isDropped, taken } = scene();
  session.take([ENABLE, ...Array.from({ length: 1000 }, (_, n) => [QUESTION, nonza(`<a xmlns='${SM}' h='${n + 1}'/>`)]).flat()]);
  expect(isDropped()).toBe(true);
  expect(waits()).toBeLessThan(BOUND);
  expect(taken()).toBeLessThan(100);
  await session.end();
});

test('an id of more letters than any client makes is refused and remembered by nobody, and an id of 1023 is taken', async () => {
  const { session, last, taken } = scene();
  const ask = (id: string): Incoming => ({ stanza: stanzaFrom(`<iq xmlns='jabber:client' type='get' id='${id}'><query xmlns='urn:example'/></iq>`) });
  session.take([ask('i'.repeat(1024))]);
  expect(taken()).toBe(0);
  expect(parseElement(last()).getChild('error')?.getChild('bad-request')).toBeDefined();
  session.take([ask('i'.repeat(1023))]);
  expect(taken()).toBe(1);
  await session.end();
});
