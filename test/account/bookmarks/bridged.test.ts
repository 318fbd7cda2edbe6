// A server that makes one list of two storages, and a client that writes while they are read: one shows it, the other not yet.
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import { ME, refusal, result, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const open = worlds();
const [NATIVE, STORAGE] = ['urn:xmpp:bookmarks:1', 'storage:bookmarks'];
const CAVE = 'cave@rooms.scripted.test';
const items = (id: string, node: string, item: string): string =>
  `<iq type='result' id='${id}'><pubsub xmlns='http://jabber.org/protocol/pubsub'><items node='${node}'>${item}</items></pubsub></iq>`;

test('nothing is written over what a client was just writing', async () => {
  const world = await open();
  await world.settle(); // the first login has found nothing
  let looks = 0;
  world.script(ME, {
    info: ({ attrs }) => `<iq type='result' id='${String(attrs['id'])}' from='${ME}'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='${NATIVE}#compat-pep'/></query></iq>`,
  });
  world.script('', {
    iq(stanza: Element) {
      const id = String(stanza.attrs['id']);
      const node = stanza.getChild('pubsub')?.getChild('items')?.attrs['node'];
      if (stanza.attrs['type'] === 'set') return result('', id);
      if (node !== NATIVE && node !== STORAGE) return refusal('', id, 'service-unavailable');
      if (node === NATIVE) return items(id, node, `<item id='${CAVE}'><conference xmlns='${NATIVE}'/></item>`);
      looks += 1;
      return items(id, node, `<item id='current'><storage xmlns='${STORAGE}'>${looks === 1 ? '' : `<conference jid='${CAVE}'/>`}</storage></item>`);
    },
  });
  world.drop();
  await until(() => world.account.bookmarks.list().length === 1, { what: 'the bookmark' });
  await world.settle();
  await world.settle();
  expect(world.heard.all.filter((stanza) => stanza.getChild('pubsub')?.getChild('publish')).map(String)).toEqual([]);
  expect(world.account.bookmarks.storages()).toContainEqual(expect.objectContaining({ name: 'pep', sameAs: 'native' }));
});
