// Every reader of `src/xmpp/xep`, found by its name: a new one is fuzzed without being listed here.
import { readdirSync } from 'node:fs';
import type { Element } from '../../src/xmpp/xml.ts';
import { readItems } from '../../src/xmpp/xep/service/pubsub.ts';
import { NS_MUC_USER } from '../../src/xmpp/xep/room/muc.ts';

export interface NamedReader {
  readonly name: string;
  read(element: Element): unknown;
}

type Reader = (...given: readonly unknown[]) => unknown;

const folder = new URL('../../src/xmpp/xep/', import.meta.url);
const ROOM = 'cave@rooms.scripted.test';

/** What a reader is given beside the element, or in its place. */
const given: Readonly<Record<string, (element: Element) => readonly unknown[]>> = {
  readBookmark: (element) => [firstItem(element)],
  readDisplayed: (element) => [firstItem(element)],
  readNick: (element) => [[firstItem(element)]],
  readConference: (element) => [ROOM, element],
  readStanzaId: (element) => [element, ROOM],
  readGroupchat: (element) => [element, { arrivedAt: 1000, stanzaIds: true, occupantIds: true, addresses: true, history: false }],
  readStamp: (element) => [element.attrs['stamp'] ?? element.getText()],
  readInvitation: (element) => [element, 1000],
  readInfoForm: (element) => [element, 'http://jabber.org/protocol/muc#roominfo'],
  readPhoto: (element) => [element, 100_000],
  readCarbon: (element) => [element, 'romeo@scripted.test'],
  readCodes: (element) => [element.getChild('x', NS_MUC_USER)],
  readDisclosure: (element) => [new Set(element.getChildElements().map((child) => Number(child.attrs['code'])))],
  readNotify: (element) => [element.getChildElements().map(String)],
  readMentionedNicks: (element) => [element, ROOM],
  readRepliedNick: (element) => [element, ROOM],
};

function firstItem(element: Element): unknown {
  // an event's item has the shape of a result's
  return readItems(element)[0] ?? { id: String(element.attrs['id'] ?? ''), payload: element.getChildElements()[0] };
}

export async function allReaders(): Promise<readonly NamedReader[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href) as Promise<Record<string, unknown>>));
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, reader]) =>
      /^read[A-Z]/.test(name) && typeof reader === 'function'
        ? [{ name, read: (element: Element) => (reader as Reader)(...(given[name]?.(element) ?? [element])) }]
        : [],
    ),
  );
}
