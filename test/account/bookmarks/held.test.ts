// Removals that wait for the person are told the moment they are held: the page and the tray count by this event.
import type { Element } from 'ltx';
import { expect, test } from 'vitest';
import { ME, refusal, result, worlds } from '../../support/rooms/scripted.ts';
import { until } from '../../support/until.ts';

const open = worlds();
const EVENT = 'http://jabber.org/protocol/pubsub#event';
const ROOMS = ['cave', 'hall', 'garden'].map((name) => `${name}@rooms.scripted.test`);
const list = (rooms: readonly string[]): string =>
  `<items node='storage:bookmarks'><item id='current'><storage xmlns='storage:bookmarks'>${rooms.map((room) => `<conference jid='${room}'/>`).join('')}</storage></item></items>`;

test('the event of bookmarks that were held counts them', async () => {
  const world = await open();
  world.script('', {
    iq(stanza: Element) {
      const id = String(stanza.attrs['id']);
      const node = String(stanza.getChild('pubsub')?.getChildElements()[0]?.attrs['node'] ?? '');
      if (node !== 'storage:bookmarks') return refusal('', id, 'service-unavailable');
      if (stanza.attrs['type'] === 'set') return result('', id);
      return `<iq type='result' id='${id}'><pubsub xmlns='http://jabber.org/protocol/pubsub'>${list(ROOMS)}</pubsub></iq>`;
    },
  });
  const counted: number[] = [];
  world.account.events.subscribe((event) => void (event.type === 'bookmarks' && counted.push(event.held)), new AbortController().signal);
  world.drop('forgotten'); // the first login may have asked before the server could answer
  await until(() => world.account.bookmarks.list().length === ROOMS.length, { what: 'the bookmarks' });

  world.send(`<message from='${ME}' type='headline'><event xmlns='${EVENT}'>${list([])}</event></message>`);
  await until(() => world.account.bookmarks.held().length > 0, { what: 'the removals to be held' });
  expect(counted.at(-1)).toBe(1);
});
