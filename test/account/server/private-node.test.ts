// XEP-0402 3.3 on servers that refuse: what Prosody and ejabberd do not do on demand.
import { expect, test } from 'vitest';
import { openPrivateNode } from '../../../src/account/server/private-node.ts';
import type { Connection, IqAnswer } from '../../../src/xmpp/contract.ts';
import { bookmarkNodeOptions, NS_BOOKMARKS } from '../../../src/xmpp/xep/bookmarks/bookmarks.ts';
import { publish } from '../../../src/xmpp/xep/service/pubsub.ts';
import { parseElement, xml, type Element } from '../../../src/xmpp/xml.ts';

type Config = Record<string, string>;

interface Refusals {
  readonly publishOptions?: string;
  readonly reconfiguration?: boolean;
  readonly asking?: boolean;
}

/** One PEP node whose server refuses what is named. */
function server(config: Config | undefined, refuses: Refusals = {}) {
  const node = { config, published: [] as string[], withOptions: 0 };
  const ok = (children = ''): IqAnswer => ({ ok: true, element: parseElement(`<iq type="result">${children}</iq>`) });
  const no = (condition: string, more = ''): IqAnswer => {
    const element = parseElement(`<error type="cancel"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>${more}</error>`);
    return { ok: false, error: { condition, type: 'cancel', text: undefined, element } };
  };
  const notMet = '<precondition-not-met xmlns="http://jabber.org/protocol/pubsub#errors"/>';
  const fieldsOf = (form: Element | undefined): Config =>
    Object.fromEntries((form?.getChildren('field') ?? []).map((field) => [String(field.attrs['var']), field.getChildText('value') ?? '']));
  function iq(request: Element): IqAnswer {
    const pubsub = request.getChild('pubsub');
    const owner = pubsub?.is('pubsub', 'http://jabber.org/protocol/pubsub#owner') === true;
    const form = pubsub?.getChild('configure')?.getChild('x');
    if (owner && request.attrs['type'] === 'get') {
      if (refuses.asking) return no('feature-not-implemented');
      if (!node.config) return no('item-not-found');
      const fields = Object.entries(node.config).map(([name, value]) => `<field var="${name}"><value>${value}</value></field>`).join('');
      return ok(`<pubsub xmlns="http://jabber.org/protocol/pubsub#owner"><configure><x xmlns="jabber:x:data">${fields}</x></configure></pubsub>`);
    }
    if (owner) {
      if (refuses.reconfiguration) return no('not-allowed');
      node.config = { ...node.config, ...fieldsOf(form) };
      return ok();
    }
    if (pubsub?.getChild('create')) {
      node.config = fieldsOf(form);
      return ok();
    }
    if (pubsub?.getChild('publish-options')) {
      node.withOptions += 1;
      if (refuses.publishOptions !== undefined) return no(refuses.publishOptions, refuses.publishOptions === 'conflict' ? notMet : '');
    }
    node.published.push(String(pubsub?.getChild('publish')?.getChild('item')?.attrs['id']));
    return ok();
  }
  const logged: string[] = [];
  // `as`: nothing else of a connection is used here.
  const connection = { iq: async (request: Element) => iq(request) } as unknown as Connection;
  const opened = openPrivateNode({ connection, log: (level, message) => void logged.push(`${level} ${message}`) }, NS_BOOKMARKS, bookmarkNodeOptions);
  return { node, logged, opened, put: (room: string) => opened.publish((options) => publish({ node: NS_BOOKMARKS, id: room, payload: xml('conference'), options })) };
}

const open: Config = { 'pubsub#access_model': 'open', 'pubsub#max_items': '1', 'pubsub#persist_items': '1' };
const ROOM = 'room@rooms.example';

test.each(['conflict', 'not-acceptable', 'bad-request', 'feature-not-implemented'])(
  'where publish-options are refused with %s, the node is made right by itself, and the item is published',
  async (publishOptions) => {
    const { node, put } = server(open, { publishOptions });
    expect(await put(ROOM)).toBeUndefined();
    expect(node.config).toMatchObject({ 'pubsub#access_model': 'whitelist', 'pubsub#max_items': 'max' });
    expect(node.published).toEqual([ROOM]);
  },
);

test('what a server refuses once is not tried again for each of the bookmarks', async () => {
  const { node, put } = server(undefined, { publishOptions: 'feature-not-implemented' });
  for (const room of ['a', 'b', 'c']) await put(`${room}@rooms.example`);
  expect(node.published).toHaveLength(3);
  expect(node.withOptions).toBe(2); // with all, and without what ejabberd does not know: for the first alone
});

test('nothing is published where others can read it and the server does not let it be closed', async () => {
  const { node, logged, opened, put } = server(open, { reconfiguration: true });
  await opened.prepare();
  expect(await put(ROOM)).toBe('not-private');
  expect(node.published).toEqual([]);
  expect(logged.join('\n')).toMatch(/^error .*others can read it/m);
});

test('nothing is published without publish-options where nobody can tell who reads it', async () => {
  const { node, put } = server(open, { publishOptions: 'bad-request', asking: true });
  expect(await put(ROOM)).toBe('not-private');
  expect(node.published).toEqual([]);
});

test('where the node cannot be asked about, publish-options see to it', async () => {
  const { node, put } = server(undefined, { asking: true });
  expect(await put(ROOM)).toBeUndefined();
  expect([node.published, node.withOptions]).toEqual([[ROOM], 1]);
});
