import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archiveFiles } from '../../src/daemon/archive-files.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minimix-data-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const ACCOUNT = 'juliet@capulet.lit';
const USER =
  `<user xmlns='urn:xmpp:pie:0' name='juliet'><archive xmlns='urn:xmpp:pie:0#mam'><result xmlns='urn:xmpp:mam:2' id='1'>` +
  `<forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-11-23T12:00:00Z'/>` +
  `<message xmlns='jabber:client' type='groupchat' from='orchard@rooms.lit/Romeo'><body>ok</body></message></forwarded></result></archive></user>`;

test('a server’s data is imported with the files below it, and no file from elsewhere is opened', async () => {
  const data = join(home, 'data');
  mkdirSync(join(data, 'capulet.lit'), { recursive: true });
  writeFileSync(join(data, 'capulet.lit', 'juliet.xml'), USER);
  writeFileSync(join(home, 'outside.xml'), USER);
  symlinkSync(join(home, 'outside.xml'), join(data, 'link.xml'));
  const hrefs = ['capulet.lit/juliet.xml', '../outside.xml', 'link.xml', join(home, 'outside.xml'), 'file:///etc/passwd', 'capulet.lit'];
  writeFileSync(
    join(data, 'all.xml'),
    `<server-data xmlns='urn:xmpp:pie:0' xmlns:xi='http://www.w3.org/2001/XInclude'><host jid='capulet.lit'>` +
      `${hrefs.map((href) => `<xi:include href='${href}'/>`).join('')}</host></server-data>`,
  );
  const report = await archiveFiles.import(home, { account: ACCOUNT, file: join(data, 'all.xml') }, () => undefined);
  expect(report).toMatchObject({ kept: 1, known: 0, refused: hrefs.length - 1 });
});

test('of JSON Lines of somebody’s making the honest lines go in, and each other one is named by its line', async () => {
  const file = join(home, 'all.jsonl');
  const line = (n: number, xml: string): object => ({
    room: 'orchard@rooms.lit', nick: 'Romeo', kind: 'message', body: `${n}`, at: 1_790_000_000_000 + n, arrivedAt: 1_790_000_000_000 + n, delayed: false, xml,
  });
  const stanza = (n: number, more = ''): string => `<message xmlns='jabber:client' type='groupchat' from='orchard@rooms.lit/Romeo'><body>${n}</body>${more}</message>`;
  const lines = [
    line(1, stanza(1)),
    line(2, `${stanza(2)}</stream:stream>`),
    line(3, `<message xmlns='jabber:client' type='chat' from='${ACCOUNT}'><body>3</body></message>`),
    line(4, `<!DOCTYPE x [<!ENTITY a "aaaa">]>${stanza(4, '&a;')}`),
    line(5, stanza(5)),
  ];
  writeFileSync(file, [{ minimix: 'archive', version: 1 }, ...lines].map((one) => `${JSON.stringify(one)}\n`).join(''));
  const report = await archiveFiles.import(home, { account: ACCOUNT, file }, () => undefined);
  expect(report).toMatchObject({ kept: 2, refused: 3, trouble: [{ line: 2 }, { line: 3 }, { line: 4 }] });
});
