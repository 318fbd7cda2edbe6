import { expect, test } from 'vitest';
import { readJoin } from '../../renderer/state/asked.ts';

test.each([
  ['#/join', {}],
  ['#/join?link=xmpp%3Acave%40rooms.example.org%3Fjoin', { room: 'cave@rooms.example.org' }],
  ['#/join?link=xmpp%3Acave%40rooms.example.org%3Fjoin%3Bpassword%3Dsesame', { room: 'cave@rooms.example.org', password: 'sesame' }],
  ['#/join?link=javascript%3Aalert(1)', {}],
  ['#/join?link=%E0%A4%A', {}],
  ['#/joining', undefined],
  ['#/room/a/b', undefined],
  ['', undefined],
])('%s asks for %j', (hash, join) => {
  expect(readJoin(hash)).toEqual(join);
});
