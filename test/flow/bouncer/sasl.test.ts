// How a device proves at the bouncer who it is: the mechanisms, and what they are bound to.
import { describe, expect, test } from 'vitest';
import { doors } from '../../frontends/bouncer/doors.ts';
import { byScram, hashOfOffer, offerIn, scram, talkTo, type Offer, type Talk } from '../../frontends/bouncer/sasl-client.ts';
import { HEADER, secureStranger, type Stranger } from '../../frontends/bouncer/stranger.ts';
import type { Door } from '../../frontends/bouncer/door.ts';
import { storedValues } from '../../../src/archive/stored-values.ts';
import { prosody as server } from '../../support/servers/servers.ts';

const { open, door } = doors(server);
const SCRAMS = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1'];

async function offered(one: Door): Promise<{ stranger: Stranger; talk: Talk; offer: Offer }> {
  const stranger = await secureStranger(one.directTlsPort, server.domain, one.ca);
  open.push(stranger);
  stranger.send(HEADER(server.domain));
  const talk = talkTo(stranger);
  return { stranger, talk, offer: offerIn(await talk.element('stream:features')) };
}

describe('the mechanisms', () => {
  test('are offered best first, each with a channel binding above all without, and the bindings beside them', async () => {
    const { offer } = await offered(await door());
    expect(offer.sasl1).toEqual([...SCRAMS.map((name) => `${name}-PLUS`), ...SCRAMS, 'PLAIN']);
    expect(offer.bindings).toEqual(['tls-exporter', 'tls-server-end-point']);
  });

  test.each(SCRAMS.flatMap((name) => [`${name}-PLUS`, name]))('%s lets a device in, shows that we know the password too, and that nothing of the offer was taken out', async (mechanism) => {
    const one = await door();
    const { password } = await one.device('phone');
    const { stranger, talk, offer } = await offered(one);
    const bound = { type: 'tls-exporter', data: stranger.binding('tls-exporter') };
    const exchange = scram(mechanism, one.alice.user, password, mechanism.endsWith('-PLUS') ? { bound } : {});
    expect(await byScram(talk, exchange)).toBe('success');
    expect(exchange.hash()).toBe(hashOfOffer(mechanism, offer.sasl1, offer.bindings));
  });

  test('attributes that nobody knows are passed over, as RFC 5802 7 has it and Monal tries', async () => {
    const one = await door();
    const { password } = await one.device('phone');
    const { talk } = await offered(one);
    expect(await byScram(talk, scram('SCRAM-SHA-512', one.alice.user, password, { grease: true }))).toBe('success');
  });

  test('a device whose offer somebody has made smaller can see it: the hash is of the whole, and its proof is over that', async () => {
    const one = await door();
    const { password } = await one.device('phone');
    const { talk, offer } = await offered(one);
    const cut = offer.sasl1.filter((name) => !name.endsWith('-PLUS'));
    const exchange = scram('SCRAM-SHA-256', one.alice.user, password);
    // whoever stands in the middle can put another hash in its place; the proof does not fit then
    const forged = { ...exchange, answer: (serverFirst: string) => exchange.answer(serverFirst.replace(/h=[^,]*/, `h=${hashOfOffer('SCRAM-SHA-256', cut, [])}`)) };
    expect(await byScram(talk, forged)).toBe('not-authorized');
  });
});

describe('a device from before there was SCRAM-SHA-512', () => {
  /** As an archive of November 2026 has it. */
  async function withOldDevice() {
    const one = await door();
    const { password } = await one.device('old');
    const book = one.minimix.archive.value(one.alice.jid, storedValues.bouncerDevices);
    if (!book) throw new Error('there are devices');
    await one.restartBouncer(() => one.minimix.archive.setValue(one.alice.jid, storedValues.bouncerDevices, { ...book, devices: book.devices.map((device) => ({ ...device, sha512: undefined })) }));
    return { one, password };
  }
  const outdated = (one: Door & { alice: { jid: string } }) => one.bouncer.devices(one.alice.jid).map(({ name, outdated: is }) => [name, is]);

  test('logs in as before: nobody is offered what it could only fail at', async () => {
    const { one, password } = await withOldDevice();
    await one.device('new');
    expect(outdated(one)).toEqual([['old', true], ['new', false]]);
    const { talk, offer } = await offered(one);
    expect(offer.sasl1[0]).toBe('SCRAM-SHA-256-PLUS');
    expect(await byScram(talk, scram('SCRAM-SHA-256', one.alice.user, password))).toBe('success');
  });

  test('has the keys for it once its password is renewed; the old password and what was open under it end', async () => {
    const { one, password } = await withOldDevice();
    const before = await one.person('old');
    const renewed = await one.bouncer.renew(one.alice.jid, 'old');
    if (!renewed.ok) throw new Error(renewed.error.message);
    await expect(before.next(() => false)).rejects.toThrow(/the stream ended/);
    expect(outdated(one)).toEqual([['old', false]]);
    const { talk, offer } = await offered(one);
    expect(offer.sasl1[0]).toBe('SCRAM-SHA-512-PLUS');
    expect(await byScram(talk, scram('SCRAM-SHA-512', one.alice.user, password))).toBe('not-authorized');
    expect(await byScram(talk, scram('SCRAM-SHA-512', one.alice.user, renewed.value.password))).toBe('success');
  });

  test('has them, too, once it has said its password within TLS', async () => {
    const { one } = await withOldDevice();
    await one.person('old'); // by PLAIN
    expect(outdated(one)).toEqual([['old', false]]);
  });
});
