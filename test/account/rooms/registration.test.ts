// XEP-0045 7.10 where a room does as the specification's examples do: real ones have shorter forms, or none.
import { expect, test } from 'vitest';
import type { Element } from 'ltx';
import { entry, presenceError, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const ROOM = 'coven@rooms.scripted.test';
const REGISTER = 'jabber:iq:register';
const world = worlds();

const form = `<query xmlns='${REGISTER}'><instructions>To register on the web, visit http://shakespeare.lit/</instructions>
  <x xmlns='jabber:x:data' type='form'><title>Dark Cave Registration</title><instructions>Please provide the following.</instructions>
  <field type='hidden' var='FORM_TYPE'><value>http://jabber.org/protocol/muc#register</value></field>
  <field label='Given Name' type='text-single' var='muc#register_first'><required/></field>
  <field label='Desired Nickname' type='text-single' var='muc#register_roomnick'><required/></field>
  <field type='fixed'><value>The rest is up to you.</value></field>
  <field label='Email Address' type='text-single' var='muc#register_email'/>
  <field label='FAQ Entry' type='text-multi' var='muc#register_faqentry'/></x></query>`;

const answer = (iq: Element, inner: string, type = 'result'): string => `<iq type='${type}' id='${String(iq.attrs['id'])}' from='${ROOM}'>${inner}</iq>`;
const error = (iq: Element, condition: string): string =>
  answer(iq, `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`, 'error');

/** What was sent, by field. */
const fieldsOf = (iq: Element | undefined): Record<string, string[]> =>
  Object.fromEntries((iq?.getChild('query')?.getChild('x')?.getChildren('field') ?? []).map((field) => [String(field.attrs['var']), field.getChildren('value').map((value) => value.text())]));

test('the form of a room is shown, filled in and sent, and the nick proposed is the one that we have there', async () => {
  const { account, script } = await world();
  let submitted: Element | undefined;
  script(ROOM, {
    iq: (iq) => {
      if (!iq.getChild('query', REGISTER)) return error(iq, 'feature-not-implemented');
      if (iq.attrs['type'] === 'get') return answer(iq, submitted ? `<query xmlns='${REGISTER}'><registered/><username>thirdwitch</username></query>` : form);
      submitted = iq;
      return answer(iq, '');
    },
  });
  await account.rooms.join(ROOM, { nick: 'thirdwitch' });
  const asked = await account.rooms.registration(ROOM);
  expect(asked).toMatchObject({ ok: true, value: { registered: false, form: { title: 'Dark Cave Registration', instructions: 'Please provide the following.' } } });
  const fields = asked.ok ? (asked.value.form?.fields ?? []) : [];
  expect(fields.map(({ name, label, required, value }) => [name, label, required, value])).toEqual([
    ['muc#register_first', 'Given Name', true, undefined],
    ['muc#register_roomnick', 'Desired Nickname', true, 'thirdwitch'],
    ['muc#register_email', 'Email Address', false, undefined],
    ['muc#register_faqentry', 'FAQ Entry', false, undefined],
  ]);
  expect(await account.rooms.register(ROOM, {})).toMatchObject({ ok: false, error: { code: 'missing-field', message: expect.stringContaining('Given Name') } });
  expect(submitted).toBeUndefined();
  expect(await account.rooms.register(ROOM, { 'muc#register_first': 'Brunhilde', 'muc#register_faqentry': 'Just another\nwitch.', FORM_TYPE: 'mine' })).toMatchObject({ ok: true, value: { registered: true, nick: 'thirdwitch' } });
  expect(fieldsOf(submitted)).toEqual({
    FORM_TYPE: ['http://jabber.org/protocol/muc#register'],
    'muc#register_first': ['Brunhilde'],
    'muc#register_roomnick': ['thirdwitch'],
    'muc#register_faqentry': ['Just another', 'witch.'],
  });
});

test.each([
  ['conflict', 'Somebody else has registered'],
  ['not-allowed', 'does not let people register'],
  ['service-unavailable', 'does not support registration'],
  ['item-not-found', 'does not exist'],
])('a refusal with %s is told in words', async (condition, words) => {
  const { account, script } = await world();
  script(ROOM, { iq: (iq) => (iq.getChild('query', REGISTER) && iq.attrs['type'] === 'get' && condition === 'conflict' ? answer(iq, form) : error(iq, condition)) });
  expect(await account.rooms.register(ROOM, { 'muc#register_first': 'B' })).toMatchObject({ ok: false, error: { code: condition, message: expect.stringContaining(words) } });
});

test('a form without end, or with fields of every kind, is cut and shown as text', async () => {
  const { account, script } = await world();
  const many = Array.from({ length: 60 }, (_, n) => `<field var='f${n}' type='no-such-type' label='${'x'.repeat(3_500)}'><value>1</value></field>`).join('');
  script(ROOM, { iq: (iq) => answer(iq, `<query xmlns='${REGISTER}'><x xmlns='jabber:x:data' type='form'>${many}</x></query>`) });
  const asked = await account.rooms.registration(ROOM);
  const fields = asked.ok ? (asked.value.form?.fields ?? []) : [];
  expect(fields).toHaveLength(50);
  expect(fields.every(({ type, label }) => type === 'text-single' && label.length < 4_000)).toBe(true);
});

test('a room that holds us to our registered nick is entered under it, whatever nick is wished for', async () => {
  const { account, script } = await world();
  const info = 'http://jabber.org/protocol/disco#info';
  script(ROOM, {
    info: (iq) => answer(iq, iq.getChild('query', info)?.attrs['node'] === 'x-roomuser-item'
      ? `<query xmlns='${info}' node='x-roomuser-item'><identity category='conference' type='text' name='thirdwitch'/></query>`
      : `<query xmlns='${info}'><identity category='conference' type='text'/><feature var='${REGISTER}'/></query>`),
    join: (presence, nick) => (nick === 'thirdwitch' ? entry(ROOM, nick) : presenceError(String(presence.attrs['to']), 'not-acceptable', 'cancel')),
  });
  await account.rooms.join(ROOM, { nick: 'macbeth' });
  await until(() => account.rooms.list()[0]?.state === 'joined', { what: 'the room to let us in' });
  expect(account.rooms.list()[0]).toMatchObject({ nick: 'thirdwitch', wanted: { nick: 'macbeth', from: 'asked' }, registers: true });
  expect(account.bookmarks.list()).toMatchObject([{ nick: 'macbeth' }]);
});

test('a room that wants a registration first is entered once it has it', async () => {
  const { account, script } = await world();
  let registered = false;
  script(ROOM, {
    ...{
      iq: (iq: Element) => {
        if (!iq.getChild('query', REGISTER)) return error(iq, 'feature-not-implemented');
        if (iq.attrs['type'] === 'get') return answer(iq, registered ? `<query xmlns='${REGISTER}'><registered/></query>` : form);
        registered = true;
        script(ROOM, {});
        return answer(iq, '');
      },
      join: (presence: Element) => `<presence type='error' from='${String(presence.attrs['to'])}'><error type='modify'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>`,
    },
  });
  expect(await account.rooms.join(ROOM, { nick: 'witch' })).toMatchObject({ ok: false, error: { code: 'registration-needed' } });
  await account.rooms.register(ROOM, { 'muc#register_first': 'B' });
  await until(() => account.rooms.list()[0]?.state === 'joined', { what: 'the room to let us in' });
});
