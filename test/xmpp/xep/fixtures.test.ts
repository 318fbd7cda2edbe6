import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readChannels } from '../../../src/xmpp/xep/room/channel-search.ts';
import { readDiscoItems } from '../../../src/xmpp/xep/service/disco.ts';
import { readTyping } from '../../../src/xmpp/xep/message/chat-states.ts';
import { readDisplayed } from '../../../src/xmpp/xep/message/displayed.ts';
import { MAX_MENTIONS, mentionElement, readExplicitMentions } from '../../../src/xmpp/xep/message/explicit-mention.ts';
import { readGroupchat } from '../../../src/xmpp/xep/message/groupchat.ts';
import { readSlot, readUploadService } from '../../../src/xmpp/xep/service/http-upload.ts';
import { readMucPresence } from '../../../src/xmpp/xep/room/muc.ts';
import { readMamRequest } from '../../../src/xmpp/xep/service/mam-server.ts';
import { readOob } from '../../../src/xmpp/xep/message/oob.ts';
import { readSpoiler } from '../../../src/xmpp/xep/message/spoiler.ts';
import { readItems } from '../../../src/xmpp/xep/service/pubsub.ts';
import { readRoomInfo } from '../../../src/xmpp/xep/room/room-info.ts';
import { readTime } from '../../../src/xmpp/xep/service/time.ts';
import { parseElement, xml, type Element } from '../../../src/xmpp/xml.ts';

const folder = new URL('fixtures/', import.meta.url);

/** Which reader a fixture is for, by the first part of its name. */
const readers: Readonly<Record<string, (element: Element) => unknown>> = {
  'muc-presence': readMucPresence,
  'channel-search': readChannels,
  'disco-items': readDiscoItems,
  'chat-states': readTyping,
  spoiler: readSpoiler,
  displayed: (element) => readItems(element).map(readDisplayed),
  'explicit-mention': readExplicitMentions,
  'http-upload-service': readUploadService,
  'http-upload-slot': readSlot,
  'mam-request': readMamRequest,
  oob: readOob,
  'room-info': readRoomInfo,
  time: readTime,
  groupchat: (element) => readGroupchat(element, { arrivedAt: 1000, stanzaIds: true, occupantIds: true, addresses: true, history: false }),
};

/** As JSON has it: sets as arrays, and no `undefined`. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Set ? [...inner] : inner));
  return text === undefined ? null : JSON.parse(text);
}

describe('a reader gives what the fixture says', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.xml'))) {
    const name = file.slice(0, -'.xml'.length);
    test(name.replace('.', ': ').replaceAll('-', ' '), () => {
      const read = readers[name.split('.')[0] ?? ''];
      const element = parseElement(readFileSync(new URL(file, folder), 'utf8').trim());
      const expected: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
      expect(plain(read?.(element))).toEqual(expected);
    });
  }
});

test('of a message that mentions a crowd, only so many are read', () => {
  const crowd = Array.from({ length: 500 }, (_, n) => mentionElement({ occupantId: `o${n}` }));
  expect(readExplicitMentions(xml('message', {}, ...crowd))).toHaveLength(MAX_MENTIONS);
});

test('a mention that is written reads as it was', () => {
  const ones = [
    { occupantId: 'o1', jid: undefined, range: { begin: 0, end: 3 }, silent: true },
    { occupantId: undefined, jid: 'cave@muc/O’Neill & <co>', range: undefined, silent: false },
  ];
  const text = xml('message', { xmlns: 'jabber:client' }, ...ones.map(mentionElement)).toString();
  expect(readExplicitMentions(parseElement(text))).toEqual(ones);
});
