// The checker of the dialogues, checked: what tells of the run alone makes no difference, and every kind of fault makes one.
import { describe, expect, test } from 'vitest';
import { difference } from '../transcript.ts';
import { parseElement } from '../../../../src/xmpp/xml.ts';
import { told, type Party, type Way } from './told.ts';

/** One performance: addresses, ids and times are its own. */
interface Run {
  readonly mark: string;
  readonly alice: Way;
  readonly bob: Way;
}

const first: Run = { mark: 'one', alice: 'direct', bob: 'direct' };
const second: Run = { mark: 'two', alice: 'bouncer', bob: 'bouncer' };

const USER = 'http://jabber.org/protocol/muc#user';
const at = ({ mark }: Run) => ({ room: `room-${mark}@rooms.test`, alice: `alice-${mark}@test`, bob: `bob-${mark}@test` });

/** Who a room shows an occupant to be. */
const real = (run: Run, who: 'alice' | 'bob', to: 'alice' | 'bob'): string => `${at(run)[who]}/${who !== to && run[who] === 'bouncer' ? 'minimix' : who}`;

function toAlice(run: Run): string[] {
  const { room, alice, bob } = at(run);
  const to = `to='${alice}/alice'`;
  const item = (who: 'alice' | 'bob', more = ''): string => `<x xmlns='${USER}'><item affiliation='none' role='participant' jid='${real(run, who, 'alice')}'/>${more}</x>`;
  const occupant = (who: string): string => `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='${who}-${run.mark}'/>`;
  return [
    `<presence from='${room}/bob' ${to}>${occupant('bob')}${item('bob')}</presence>`,
    `<presence from='${room}/Ali' ${to} xml:lang='en'>${occupant('ali')}${item('alice', `<status code='100'/><status code='110'/>`)}</presence>`,
    `<message from='${room}/bob' ${to} type='groupchat' id='p3-${run.mark}x'><body>said</body>${occupant('bob')}<stanza-id xmlns='urn:xmpp:sid:0' by='${room}' id='s-${run.mark}'/></message>`,
    `<message from='${room}/Ali' ${to} type='groupchat' id='a1'><body>answered</body>${run.alice === 'bouncer' ? `<origin-id xmlns='urn:xmpp:sid:0' id='a1'/>` : ''}</message>`,
    `<message from='${room}' ${to}><result xmlns='urn:xmpp:mam:2' id='s-${run.mark}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${run.mark}'/></forwarded></result></message>`,
    `<iq from='${room}' ${to} type='result' id='asked'><query xmlns='http://jabber.org/protocol/muc#admin'/></iq>`,
    `<message from='${bob}/bob' ${to} type='chat' id='c1'><body>beside</body></message>`,
  ];
}

function written(run: Run, heard: readonly string[]): string[] {
  const { room, alice, bob } = at(run);
  const party = (name: 'alice' | 'bob', account: string, texts: readonly string[]): Party =>
    ({ name, way: run[name], account, before: 0, person: { jid: `${account}/${name}`, heard: texts.map(parseElement) } });
  const toBob = [`<presence from='${room}/Ali' to='${bob}/bob'><x xmlns='${USER}'><item affiliation='none' role='participant' jid='${real(run, 'alice', 'bob')}'/></x></presence>`];
  return told([party('alice', alice, heard), party('bob', bob, toBob)], room, new Set(['a1', 'c1', 'asked']));
}

const compared = (heard: readonly string[]): unknown => difference(written(first, toAlice(first)), written(second, heard));
const changed = (from: string | RegExp, to: string): string[] => toAlice(second).map((text) => text.replace(from, to));

test('two performances of the same are the same, whoever is behind a bouncer', () => {
  expect(compared(toAlice(second))).toBeUndefined();
});

test('what the daemon is to its own devices is left out', () => {
  const { alice } = at(second);
  const daemon = [`<presence from='${alice}/minimix' to='${alice}/alice'/>`, `<iq from='${alice}/minimix' to='${alice}/alice' type='get' id='d'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`];
  expect(compared([...daemon, ...toAlice(second)])).toBeUndefined();
});

describe('it finds', () => {
  const swapped = (): string[] => {
    const [one = '', two = '', ...rest] = toAlice(second);
    return [two, one, ...rest];
  };
  test.each<[string, () => string[]]>([
    ['a status that is missing', () => changed(`<status code='110'/>`, '')],
    ['a status too many', () => changed(`<status code='110'/>`, `<status code='110'/><status code='201'/>`)],
    ['two stanzas in the other order', swapped],
    ['a stanza that is missing', () => toAlice(second).slice(1)],
    ['a stanza that comes twice', () => [...toAlice(second), ...toAlice(second).slice(2, 3)]],
    ['an attribute that is missing', () => changed(` affiliation='none'`, '')],
    ['an attribute that is another', () => changed(`type='groupchat'`, `type='chat'`)],
    ['words that are others', () => changed('said', 'sad')],
    ['a child that is missing', () => changed(/<occupant-id [^>]*>/, '')],
    ['an occupant-id that is another’s', () => changed(`id='ali-two'`, `id='bob-two'`)],
    ['an id that is not the sender’s', () => changed(`id='a1'`, `id='a2'`)],
    ['an id that is missing', () => changed(` id='a1'`, '')],
    ['an answer with another id', () => changed(`id='asked'`, `id='ask'`)],
    ['an archive’s id that is not the message’s', () => changed(`mam:2' id='s-two'`, `mam:2' id='t-two'`)],
    ['an origin-id that is not the message’s id', () => changed(`<origin-id xmlns='urn:xmpp:sid:0' id='a1'/>`, `<origin-id xmlns='urn:xmpp:sid:0' id='a9'/>`)],
    ['an address of the account’s own daemon', () => changed(`jid='alice-two@test/alice'`, `jid='alice-two@test/minimix'`)],
    ['another’s device where the room has only met the daemon', () => changed(`jid='bob-two@test/minimix'`, `jid='bob-two@test/bob'`)],
    ['a stanza that is for somebody else', () => changed(`to='alice-two@test/alice'`, `to='alice-two@test/minimix'`)],
    ['a chat that comes from the daemon', () => changed(`from='bob-two@test/bob'`, `from='bob-two@test/minimix'`)],
    ['a chat beside the room that is missing', () => toAlice(second).slice(0, -1)],
  ])('%s', (_what, heard) => {
    expect(compared(heard())).toBeDefined();
  });
});
