// A list that is written whole, on a server whose events come late: ejabberd under load.
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import { ME, refusal, result, worlds } from '../../support/rooms/scripted.ts';

const open = worlds();
const EVENT = 'http://jabber.org/protocol/pubsub#event';
const [CAVE, HALL] = ['cave@rooms.scripted.test', 'hall@rooms.scripted.test'];
const cleared = (text: string): string => text.replaceAll(/ xmlns="http:\/\/jabber\.org\/protocol\/pubsub"/g, '');

test('an event of the write before the last one takes out no room that was added since', async () => {
  const world = await open();
  const told: string[] = [];
  world.script('', {
    iq(stanza: Element) {
      const id = String(stanza.attrs['id']);
      const items = stanza.getChild('pubsub')?.getChild('publish')?.getChild('item');
      const node = String(stanza.getChild('pubsub')?.getChildElements()[0]?.attrs['node'] ?? '');
      if (node !== 'storage:bookmarks') return refusal('', id, 'service-unavailable');
      if (stanza.attrs['type'] === 'get') return refusal('', id, 'item-not-found');
      if (!items) return result('', id);
      told.push(`<message from='${ME}' type='headline'><event xmlns='${EVENT}'><items node='storage:bookmarks'>${cleared(String(items))}</items></event></message>`);
      // the first event comes before the second answer, and the second event not yet
      return told.length === 2 ? [told[0] ?? '', result('', id)] : result('', id);
    },
  });
  const published = (count: number) => world.heard.next((stanza) => stanza.getChild('pubsub')?.getChild('publish') !== undefined && told.length >= count, { what: 'a write' });
  await world.settle();
  await world.account.rooms.join(CAVE);
  await published(1);
  await world.account.rooms.join(HALL);
  await published(2);
  await world.settle();
  await world.settle();
  expect(world.account.bookmarks.list().map(({ room }) => room).toSorted()).toEqual([CAVE, HALL]);
  expect(world.account.rooms.list().map(({ room }) => room).toSorted()).toEqual([CAVE, HALL]);
});
