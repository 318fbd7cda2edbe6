// Reactions, edits, replies and what is taken back: from here to everybody, and from the person's devices to here.
import { createElement as xml, type Element } from 'ltx';
import { afterEach, describe, expect, test } from 'vitest';
import { openDoor } from '../../frontends/bouncer/door.ts';
import { connectPerson, type Person } from '../../support/clients/person.ts';
import { newAccount, servers } from '../../support/servers/servers.ts';
import { until } from '../../support/until.ts';

const REACTIONS = 'urn:xmpp:reactions:0';
const RETRACT = 'urn:xmpp:message-retract:1';
const CORRECT = 'urn:xmpp:message-correct:0';
const FALLBACK = 'urn:xmpp:fallback:0';
const FORWARD = 'urn:xmpp:forward:0';

describe.each(servers)('on $kind', (server) => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });

  /** Alice's daemon in a room with bob, her phone on the relay and her laptop at the bouncer. */
  async function scene() {
    const [alice, bob] = [await newAccount(server, 'alice'), await newAccount(server, 'bob')];
    const room = await server.room({ archive: true });
    const door = await openDoor(server, alice);
    open.push(door.stop);
    const { minimix: home } = door;
    await home.online();
    await home.account.rooms.join(room, { nick: 'Ali' });
    const talker = await connectPerson(server, bob.user, bob.password);
    open.push(talker.close);
    await talker.join(room, 'bob');
    const phone = await connectPerson(server, alice.user, alice.password, { resource: 'phone', features: ['urn:minimix:relay:0'] });
    open.push(phone.close);
    await until(() => home.account.devices.list().some(({ relay, online }) => relay && online), { what: 'the phone to be known' });
    const laptop = await door.person('laptop');
    open.push(laptop.close);
    await laptop.join(room, 'Ali');
    const view = () => home.archive.view({ account: alice.jid, room, limit: 50, only: 'groupchat' });
    const shown = (body: string) => until(() => view().find((one) => one.body === body), { what: `“${body}” in the archive` });
    const stanzaIdOf = async (body: string): Promise<string> => (await shown(body))?.message.stanzaId ?? '';
    return { alice, room, home, talker, phone, laptop, view, shown, stanzaIdOf };
  }

  const inner = (stanza: Element): Element | undefined => stanza.getChild('received')?.getChild('forwarded')?.getChild('message');
  const emojis = (stanza: Element | undefined): string[] | undefined => stanza?.getChild('reactions', REACTIONS)?.getChildren('reaction').map((one) => one.getText());
  const forward = (to: string, message: Element): Element => xml('message', { to, type: 'chat', id: `f-${String(message.attrs['id'])}` }, xml('forwarded', { xmlns: FORWARD }, message));
  /** What bob, the phone and the laptop each hear, once they have. */
  const everywhere = ({ talker, phone, laptop }: { talker: Person; phone: Person; laptop: Person }, fits: (stanza: Element) => boolean): Promise<Element[]> =>
    Promise.all([
      talker.next(fits, { what: 'bob to hear it' }),
      phone.next((stanza) => fits(inner(stanza) ?? stanza), { what: 'the relay to bring it' }).then((stanza) => inner(stanza) ?? stanza),
      laptop.next(fits, { what: 'the bouncer to bring it' }),
    ]);

  test('what is reacted, edited, answered and deleted here is heard by all, and the archive shows it', async () => {
    const all = await scene();
    const { home, room, talker, view, shown, stanzaIdOf } = all;
    const { sending } = home.account;
    await talker.say(room, 'who brings cake?');
    const question = await stanzaIdOf('who brings cake?');

    expect(await sending.react(room, question, ['🍰', '👍'])).toMatchObject({ ok: true });
    const reacted = await everywhere(all, (stanza) => emojis(stanza) !== undefined);
    for (const stanza of reacted) expect([stanza.getChild('reactions', REACTIONS)?.attrs['id'], emojis(stanza)]).toEqual([question, ['🍰', '👍']]);
    await until(() => view().find((one) => one.body === 'who brings cake?')?.reactions.length === 2, { what: 'both reactions' });

    expect(await sending.react(room, question, ['👍'])).toMatchObject({ ok: true });
    await everywhere(all, (stanza) => emojis(stanza)?.length === 1);
    await until(() => view().find((one) => one.body === 'who brings cake?')?.reactions.map(({ emoji, nicks }) => [emoji, ...nicks]).join() === '👍,Ali', { what: 'one reaction to be left' });

    expect(await sending.sendMessage(room, 'Me.', { reply: { id: question, nick: 'bob', quote: 'who brings cake?' } })).toMatchObject({ ok: true });
    const [answer] = await everywhere(all, (stanza) => stanza.getChild('reply', 'urn:xmpp:reply:0') !== undefined);
    const [whole, part] = [answer?.getChildText('body') ?? '', answer?.getChild('fallback', FALLBACK)?.getChild('body')?.attrs ?? {}];
    expect(whole).toBe('> bob wrote:\n> who brings cake?\nMe.');
    expect(Array.from(whole).slice(Number(part['start']), Number(part['end'])).join('')).toBe('> bob wrote:\n> who brings cake?\n');
    expect(view().some(({ reply }) => reply?.id === question)).toBe(true);

    const said = await sending.sendMessage(room, 'I bring forks');
    const forks = await shown('I bring forks');
    if (!said.ok) throw new Error(said.error.message);
    await sending.sendMessage(room, 'I bring forks, and coffee', { replaces: said.value.originId });
    await everywhere(all, (stanza) => stanza.getChild('replace', CORRECT)?.attrs['id'] === said.value.originId);
    expect((await shown('I bring forks, and coffee'))?.message.archiveId).toBe(forks?.message.archiveId);

    expect(await sending.retract(room, forks?.message.stanzaId ?? '')).toMatchObject({ ok: true });
    const [taken] = await everywhere(all, (stanza) => stanza.getChild('retract', RETRACT) !== undefined);
    expect(taken?.getChild('retract', RETRACT)?.attrs['id']).toBe(forks?.message.stanzaId);
    expect(taken?.getChild('fallback', FALLBACK)?.attrs['for']).toBe(RETRACT);
    const gone = await until(() => view().find(({ retracted }) => retracted !== undefined), { what: 'it to be gone' });
    expect([gone?.message.archiveId, gone?.body]).toEqual([forks?.message.archiveId, undefined]);
    expect(home.account.sending.outbox()).toEqual([]);
  });

  test('what a device at the bouncer, and one on the relay, reacts, edits and deletes stands in the archive', async () => {
    const { alice, home, room, talker, phone, laptop, view, shown, stanzaIdOf } = await scene();
    await talker.say(room, 'is the tap repaired?');
    const question = await stanzaIdOf('is the tap repaired?');
    const store = xml('store', { xmlns: 'urn:xmpp:hints' });
    const reactions = (...all: string[]): Element => xml('reactions', { xmlns: REACTIONS, id: question }, ...all.map((one) => xml('reaction', {}, one)));
    const ofQuestion = (): string | undefined => view().find((one) => one.body === 'is the tap repaired?')?.reactions.map(({ emoji, nicks }) => `${emoji}${nicks.join('+')}`).join();

    laptop.send(xml('message', { to: room, type: 'groupchat', id: 'l1' }, reactions('💧'), store));
    await until(() => ofQuestion() === '💧Ali', { what: 'the laptop’s reaction' });
    phone.send(forward(`${alice.jid}/minimix`, xml('message', { xmlns: 'jabber:client', to: room, type: 'groupchat', id: 'p1' }, reactions('🔧'), store)));
    await until(() => ofQuestion() === '🔧Ali', { what: 'the phone’s reaction in its place' });

    const own = await laptop.say(room, 'It drips.');
    await shown('It drips.');
    laptop.send(xml('message', { to: room, type: 'groupchat', id: 'l2' }, xml('body', {}, 'It drips a little.'), xml('replace', { xmlns: CORRECT, id: String(own.attrs['id']) })));
    const corrected = await shown('It drips a little.');
    expect(corrected?.corrections).toHaveLength(1);
    const retract = xml('retract', { xmlns: RETRACT, id: corrected?.message.stanzaId ?? '' });
    phone.send(forward(`${alice.jid}/minimix`, xml('message', { xmlns: 'jabber:client', to: room, type: 'groupchat', id: 'p2' }, retract, store)));
    await until(() => view().some(({ retracted, message }) => retracted !== undefined && message.archiveId === corrected?.message.archiveId), { what: 'it to be gone' });
    expect(home.account.sending.outbox()).toEqual([]);
  });

  test('a room hears that the person is typing, once told; nothing of it is kept', async () => {
    const { home, room, talker, laptop } = await scene();
    const states = 'http://jabber.org/protocol/chatstates';
    home.account.sending.tellTyping(room, true);
    await talker.next((stanza) => stanza.getChild('composing', states) !== undefined && stanza.attrs['from'] === `${room}/Ali`, { what: 'bob to see it' });
    home.account.sending.tellTyping(room, false);
    await laptop.next((stanza) => stanza.getChild('paused', states) !== undefined, { what: 'her laptop to see that she stopped' });
    expect(home.bodies(room)).toEqual([]);
  });
});
