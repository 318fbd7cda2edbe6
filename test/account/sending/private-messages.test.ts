import { expect, test } from 'vitest';
import { transactionBy } from '../../../src/archive/archive.ts';
import { MinimixError } from '../../../src/core/errors.ts';
import { entry, worlds } from '../../support/rooms/scripted.ts';

const ROOM = 'orchard@rooms.scripted.test';
const open = worlds();

test('what the disk does not take is not said to anybody: whoever wanted it said hears so', async () => {
  let full = false;
  const world = await open({
    before(archive) {
      const started = archive.begin;
      const begin: typeof archive.begin = () => {
        const { commit, rollback } = started();
        return {
          commit() {
            if (full) throw new MinimixError('archive-full', 'The disk with the archive is full.');
            commit();
          },
          rollback,
        };
      };
      Object.assign(archive, { begin, transaction: transactionBy(begin) });
    },
  });
  world.script(ROOM, { join: (_, nick) => entry(ROOM, nick, ['juliet']) });
  await world.account.rooms.join(ROOM, { nick: 'romeo' });
  await world.settle();
  full = true;
  expect(() => world.account.sending.sendPrivate(ROOM, 'juliet', 'wherefore?')).toThrow('The disk with the archive is full.');
  full = false;
  expect(world.account.sending.sendPrivate(ROOM, 'juliet', 'again')).toMatchObject({ ok: true });
  await world.settle();
  expect(world.heard.all.flatMap((stanza) => (stanza.name === 'message' ? stanza.getChildText('body') ?? [] : []))).toEqual(['again']);
});
