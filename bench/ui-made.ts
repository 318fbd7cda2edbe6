// The home of somebody who has been in twenty rooms for years, and what runs in the page to watch it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../src/archive/archive.ts';
import { ACCOUNT, messages, roomOf, ROOMS } from './archive-made.ts';

const BURST = 500;

/** Fills a home with an archive of so many messages; the last nine tenths of them are in the first room. Returns the account’s settings. */
export function fillHome(home: string, total: number): unknown[] {
  const archive = openArchive(join(home, 'archive.db'));
  const made = messages();
  const big = roomOf(0);
  for (let n = 0; n < total; n += BURST) {
    archive.transaction(() => {
      for (let part = 0; part < BURST; part += 1) {
        const one = made.next().value;
        archive.append(n < total / 10 ? one : { ...one, message: { ...one.message, room: big }, xml: one.xml.replaceAll(one.message.room, big) });
      }
    });
  }
  archive.transaction(() => {
    for (let n = 0; n < ROOMS; n += 1) {
      archive.saveRoom({ account: ACCOUNT, room: roomOf(n), membership: '{"state":"absent"}', wanted: false, nick: 'juliet', password: undefined, subject: undefined });
    }
  });
  archive.close();
  writeFileSync(join(home, 'secrets.json'), JSON.stringify({ passwords: { [ACCOUNT]: 'no server will ask for it' } }), { mode: 0o600 });
  return [{ jid: ACCOUNT, server: { host: '127.0.0.1', port: 1 } }];
}

/** For timing in the page: `until(act, holds)`. */
export const WATCH = `
window.frames2 = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
/** Resolves with the milliseconds until the condition holds and has been painted. */
window.until = async (act, holds) => {
  const start = performance.now();
  act();
  while (!holds()) {
    if (performance.now() - start > 20000) throw new Error('not within 20 s: ' + holds);
    await new Promise((done) => requestAnimationFrame(done));
  }
  await window.frames2();
  return performance.now() - start;
};
`;
