// XEP-0045 7.5: private messages are the same wherever a device meets them.
import { createElement as xml, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import type { DoorOptions } from '../../frontends/bouncer/door.ts';
import { doors } from '../../frontends/bouncer/doors.ts';
import { connectPerson, type Person, type PersonOptions } from '../../support/clients/person.ts';
import { newAccount, servers, type Account } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const MUC_USER = 'http://jabber.org/protocol/muc#user';
const CARBONS = 'urn:xmpp:carbons:2';
const FORWARD = 'urn:xmpp:forward:0';
const MAM = 'urn:xmpp:mam:2';
const SID = 'urn:xmpp:sid:0';
const DELAY = 'urn:xmpp:delay';
const SM = 'urn:xmpp:sm:3';

const whisper = (to: string, id: string, body: string, ...children: Element[]): Element =>
  xml('message', { to, type: 'chat', id }, xml('body', {}, body), xml('x', { xmlns: MUC_USER }), ...children);
const said = (body: string) => (stanza: Element): boolean => stanza.getChildText('body') === body;
/** What was copied, where the stanza is a copy of that kind (XEP-0280). */
const copied = (kind: 'sent' | 'received') => (stanza: Element): Element | undefined => stanza.getChild(kind, CARBONS)?.getChild('forwarded', FORWARD)?.getChild('message');
const isCopyOf = (id: string, kind: 'sent' | 'received' = 'sent') => (stanza: Element): boolean => copied(kind)(stanza)?.attrs['id'] === id;
const count = (who: Person, text: string): number => who.stanzas.filter((stanza) => stanza.toString().includes(text)).length;
const stamp = (stanza: Element | undefined): unknown => stanza?.getChild('delay', DELAY)?.attrs['stamp'];

describe.each(servers)('private messages through the bouncer on $kind', (server) => {
  const { open, door } = doors(server);

  async function guest(who: Account, options?: PersonOptions): Promise<Person> {
    const one = await connectPerson(server, who.user, who.password, options);
    open.push(one);
    return one;
  }

  /** Bob in a room, and alice's bouncer. */
  async function scene(options?: DoorOptions) {
    const room = await server.room({ archive: true });
    const bob = await guest(await newAccount(server, 'bob'));
    await bob.join(room, 'bob');
    const one = await door(options);
    return { ...one, room, bob };
  }

  /** The account's own archive as a device reads it: the messages, with their ids in it. */
  async function archived(who: Person): Promise<{ readonly id: unknown; readonly message: Element }[]> {
    const before = who.stanzas.length;
    await who.iq(xml('iq', { type: 'set' }, xml('query', { xmlns: MAM, queryid: 'own' })));
    return who.stanzas.slice(before).flatMap((stanza) => {
      const result = stanza.getChild('result', MAM);
      const message = result?.getChild('forwarded', FORWARD)?.getChild('message');
      return message ? [{ id: result?.attrs['id'], message }] : [];
    });
  }

  test('what one device says reaches the others as a copy, in the room or not, unless it asks for none', async () => {
    const { room, bob, person, alice } = await scene();
    const [phone, laptop, tablet] = [await person('phone', { carbons: true }), await person('laptop', { carbons: true }), await person('tablet', { carbons: true })];
    for (const device of [phone, laptop]) await device.join(room, 'Ali');
    phone.send(whisper(`${room}/bob`, 'pm1', 'secret', xml('private', { xmlns: CARBONS })));
    phone.send(whisper(`${room}/bob`, 'pm2', 'for all of me'));
    phone.send(xml('message', { to: `${room}/bob`, type: 'chat', id: 'pm3' }, xml('received', { xmlns: 'urn:xmpp:receipts', id: 'x1' }), xml('x', { xmlns: MUC_USER })));
    await bob.next((stanza) => stanza.attrs['id'] === 'pm3');
    for (const device of [laptop, tablet]) {
      for (const id of ['pm2', 'pm3']) {
        const copy = await device.next(isCopyOf(id), { what: `the copy of ${id}` });
        expect(copy.attrs).toMatchObject({ from: alice.jid, to: device.jid });
        expect(copied('sent')(copy)?.attrs).toMatchObject({ from: phone.jid, to: `${room}/bob`, id });
      }
      await device.settle();
      expect(count(device, 'secret')).toBe(0);
      expect(count(device, 'for all of me')).toBe(1);
    }
    await phone.settle();
    expect(phone.stanzas.filter((stanza) => stanza.getChild('sent', CARBONS))).toEqual([]);
  });

  test('what another session of the account says there by itself is seen on the devices as on any session', async () => {
    const { room, bob, person, alice } = await scene();
    const phone = await person('phone', { carbons: true });
    await phone.join(room, 'Ali');
    const [desk, watch] = [await guest(alice, { resource: 'desk' }), await guest(alice, { resource: 'watch', carbons: true })];
    await desk.join(room, 'Ali');
    desk.send(whisper(`${room}/bob`, 'desk1', 'marked as private')); // Prosody copies none of these
    desk.send(xml('message', { to: `${room}/bob`, type: 'chat', id: 'desk2' }, xml('body', {}, 'as Pidgin says it')));
    await bob.next(said('as Pidgin says it'));
    for (const who of [watch, phone]) {
      const copy = await who.next(isCopyOf('desk2'));
      expect(copied('sent')(copy)?.attrs).toMatchObject({ from: desk.jid, to: `${room}/bob` });
    }
    expect(count(phone, 'marked as private')).toBe(count(watch, 'marked as private'));
  });

  test('in the account’s own archive each is to and from whom the device saw it live, with the same ids', async () => {
    const { room, bob, person } = await scene();
    const [phone, laptop] = [await person('phone', { carbons: true }), await person('laptop', { carbons: true })];
    for (const device of [phone, laptop]) await device.join(room, 'Ali');
    bob.send(whisper(`${room}/Ali`, 'b1', 'psst'));
    const live = new Map<Person, Element>();
    for (const device of [phone, laptop]) live.set(device, await device.next(said('psst')));
    phone.send(whisper(`${room}/bob`, 'a1', 'what?'));
    await bob.next(said('what?'));
    const copy = copied('sent')(await laptop.next(isCopyOf('a1')));
    for (const device of [phone, laptop]) {
      const all = await archived(device);
      const [heard, sent] = ['b1', 'a1'].map((id) => all.filter(({ message }) => message.attrs['id'] === id));
      expect([heard?.length, sent?.length]).toEqual([1, 1]);
      expect(heard?.[0]?.message.attrs).toMatchObject({ from: `${room}/bob`, to: device.jid, id: 'b1', type: 'chat' });
      const given = live.get(device)?.getChildren('stanza-id').find(({ attrs }) => attrs['xmlns'] === SID && !String(attrs['by']).startsWith(room));
      expect(given?.attrs['id']).toBe(heard?.[0]?.id);
      expect(sent?.[0]?.message.attrs).toMatchObject({ from: phone.jid, to: `${room}/bob`, id: 'a1' });
    }
    expect(copy?.attrs).toMatchObject({ from: phone.jid, to: `${room}/bob`, id: 'a1' });
  });

  test('what the server does not take is refused to the one device, and the others are shown nothing of it', async () => {
    const { room, person, minimix, alice } = await scene();
    const [phone, laptop] = [await person('phone'), await person('laptop', { carbons: true })];
    for (const device of [phone, laptop]) await device.join(room, 'Ali');
    const sent = minimix.archive.lastId();
    phone.send(whisper(`${room}/bob`, 'big', 'x'.repeat(300_000)));
    const error = await phone.next((stanza) => stanza.attrs['id'] === 'big');
    expect([error.attrs['type'], error.getChild('error')?.getChild('policy-violation') !== undefined]).toEqual(['error', true]);
    await laptop.settle();
    expect(laptop.stanzas.filter((stanza) => stanza.getChild('sent', CARBONS))).toEqual([]);
    expect(minimix.archive.lastId()).toBe(sent);
    expect(minimix.archive.page({ account: alice.jid, room, limit: 10, only: 'private' })).toEqual([]);
  });

  test('a device whose session is over is given them once when it enters the room again, those of its siblings as copies', async () => {
    const { room, bob, person, alice, bouncer } = await scene({ times: { hold: 300 } });
    const [phone, laptop] = [await person('phone', { carbons: true }), await person('laptop', { carbons: true })];
    for (const device of [phone, laptop]) await device.join(room, 'Ali');
    phone.send(`<enable xmlns='${SM}' resume='true'/>`);
    await phone.next((nonza) => nonza.name === 'enabled');
    bob.send(whisper(`${room}/Ali`, 'b1', 'not acknowledged'));
    await phone.next(said('not acknowledged'));
    phone.kill();
    await until(() => bouncer.devices(alice.jid).find(({ name }) => name === 'phone')?.online === false, { what: 'the session to be given up' });
    bob.send(whisper(`${room}/Ali`, 'b2', 'nobody is there'));
    await laptop.next(said('nobody is there'));
    laptop.send(whisper(`${room}/bob`, 'a1', 'I am'));
    // XEP-0384: without words in the clear
    laptop.send(xml('message', { to: `${room}/bob`, type: 'chat', id: 'a2' }, xml('encrypted', { xmlns: 'urn:xmpp:omemo:2' }, 'AAAA'), xml('x', { xmlns: MUC_USER })));
    await bob.next((stanza) => stanza.attrs['id'] === 'a2');

    const again = await person('phone', { carbons: true });
    await again.join(room, 'Ali');
    for (const body of ['not acknowledged', 'nobody is there']) {
      const late = await again.next(said(body));
      expect(late.attrs).toMatchObject({ from: `${room}/bob`, to: again.jid, type: 'chat' });
      expect(stamp(late)).toBeDefined();
    }
    for (const id of ['a1', 'a2']) {
      const copy = await again.next(isCopyOf(id), { what: `the copy of ${id}` });
      expect(copied('sent')(copy)?.attrs['from']).toBe(laptop.jid);
      expect(stamp(copy.getChild('sent')?.getChild('forwarded', FORWARD))).toBeDefined();
    }
    const bodies = again.stanzas.flatMap((stanza) => stanza.getChildText('body') ?? []);
    expect(bodies).toEqual(['not acknowledged', 'nobody is there']);

    await again.leave(room);
    await again.join(room, 'Ali');
    await again.say(room, 'a fence');
    for (const text of ['not acknowledged', 'nobody is there', 'I am']) expect(count(again, text), text).toBe(1);
  });
});
