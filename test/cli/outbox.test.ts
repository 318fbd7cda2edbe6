// What may have been lost and nothing can tell: the person says what becomes of it.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { makeHome, type Home } from '../support/daemon.ts';
import { freePorts } from '../support/servers/server.ts';

const ALICE = 'alice@example.org';
const ROOM = 'cave@muc.example.org';

let home: Home;
beforeEach(async () => {
  home = makeHome();
  const [port] = await freePorts(1);
  const add = ['account', 'add', ALICE, '--server', `127.0.0.1:${port}`, '--password-stdin'];
  await home.cli(add, 'hunter2\n');
  const archive = openArchive(join(home.dir, 'archive.db'));
  archive.transaction(() => {
    for (const [originId, state] of [['o1', 'ask'], ['o2', 'ask'], ['o3', 'sent']] as const) {
      const xml = `<message xmlns='jabber:client' to='${ROOM}' type='groupchat'><body>word of ${originId}</body></message>`;
      archive.addToOutbox({ account: ALICE, room: ROOM, originId, xml, createdAt: 1_790_000_000_000, stream: 's', outbound: 1, state });
    }
    archive.updateOutbox(2, { ends: 2, cause: 'the server ended the stream: bad-format' });
  });
  archive.close();
  await home.start();
});
afterEach(() => home.remove());

test('what is asked about is listed, sent again or forgotten; what is under way is not said again, and can be forgotten all the same', async () => {
  const list = async () => (await home.json<{ originId: string; state: string }>(['outbox'])).map(({ originId, state }) => `${originId} ${state}`);
  expect(await list()).toEqual(['o1 ask', 'o2 ask', 'o3 sent']);
  expect(await home.json(['outbox'])).toMatchObject([{ account: ALICE, room: ROOM, body: 'word of o1', at: expect.stringMatching(/Z$/) }, {}, {}]);
  expect(await home.cli(['outbox'])).toMatchObject({ stdout: expect.stringMatching(/o1 .* may be lost .*\n.*o2 .* ended two connections: the server ended the stream: bad-format /) });
  expect(await home.cli(['outbox', 'again', 'o1'])).toMatchObject({ code: 0, stderr: '' });
  expect(await home.cli(['outbox', 'drop', 'o2'])).toMatchObject({ code: 0, stderr: '' });
  expect(await home.cli(['outbox', 'again', 'o3'])).toMatchObject({ code: 1, stdout: '' });
  expect(await home.cli(['outbox', 'again', 'o9'])).toMatchObject({ code: 1, stdout: '' });
  expect(await list()).toEqual(['o1 waiting', 'o3 sent']);
  expect(await home.cli(['outbox', 'drop', 'o3'])).toMatchObject({ code: 0, stdout: expect.stringContaining('may have it all the same') });
  expect(await list()).toEqual(['o1 waiting']);
  await home.kill();
  await home.start();
  expect(await list()).toEqual(['o1 waiting']);
});
