// The part of freedesktop's Secret Service (0.2) that a keyring's library asks for: one open collection, in memory.
import { createCipheriv, createDecipheriv, createDiffieHellman, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto';
import type { MessageBus } from 'dbus-native';

const SERVICE = 'org.freedesktop.Secret.Service';
const COLLECTION = 'org.freedesktop.Secret.Collection';
const ITEM = 'org.freedesktop.Secret.Item';
const ROOT = '/org/freedesktop/secrets';
const LOGIN = `${ROOT}/collection/login`;

type Attributes = Readonly<Record<string, string>>;
type Secret = readonly [session: string, parameters: Buffer, value: Buffer, type: string];

export interface SecretService {
  /** How often a secret was given out. */
  reads(): number;
  /** What is kept, by its attributes. */
  readonly items: ReadonlyMap<string, { readonly attributes: Attributes; secret: string }>;
}

/** Answers on the bus as the person's keyring until the bus ends. */
export async function offerSecretService(bus: MessageBus): Promise<SecretService> {
  const items = new Map<string, { attributes: Attributes; secret: string }>();
  const keys = new Map<string, Buffer>();
  let last = 0;
  let reads = 0;
  const next = (folder: string): string => `${folder}/${(last += 1)}`;
  const found = (asked: Attributes): string[] =>
    [...items].filter(([, { attributes }]) => Object.entries(asked).every(([name, value]) => attributes[name] === value)).map(([path]) => path);

  function exportItem(path: string): void {
    bus.exportInterface(
      {
        GetSecret(session: string) {
          reads += 1;
          return seal(session, items.get(path)?.secret ?? '');
        },
        SetSecret(secret: Secret) {
          items.set(path, { attributes: items.get(path)?.attributes ?? {}, secret: open(secret) });
          return null; // no value at all
        },
        Delete() {
          items.delete(path);
          bus.unexportInterface(path);
          return '/';
        },
        Locked: false,
        Attributes: items.get(path)?.attributes,
      },
      path,
      {
        name: ITEM,
        methods: {
          GetSecret: ['o', '(oayays)', ['session'], ['secret']],
          SetSecret: ['(oayays)', '', ['secret'], []],
          Delete: ['', 'o', [], ['prompt']],
        },
        properties: { Locked: 'b', Attributes: 'a{ss}' },
        signals: {},
      },
    );
  }

  function seal(session: string, text: string): [string, Buffer, Buffer, string] {
    const key = keys.get(session);
    if (!key) return [session, Buffer.alloc(0), Buffer.from(text), 'text/plain'];
    const iv = randomBytes(16);
    const cipher = createCipheriv('aes-128-cbc', key, iv);
    return [session, iv, Buffer.concat([cipher.update(text), cipher.final()]), 'text/plain'];
  }

  function open([session, iv, value]: Secret): string {
    const key = keys.get(session);
    if (!key) return String(value);
    const cipher = createDecipheriv('aes-128-cbc', key, iv);
    return Buffer.concat([cipher.update(value), cipher.final()]).toString();
  }

  bus.exportInterface(
    {
      /** `plain`, or a key agreed on as the specification's chapter on transfer has it. */
      OpenSession(algorithm: string, input: Buffer) {
        const session = next(`${ROOT}/session`);
        if (algorithm === 'plain') return [['s', ''], session];
        const ours = createDiffieHellman(getDiffieHellman('modp2').getPrime(), 2);
        ours.generateKeys();
        const shared = ours.computeSecret(input);
        const padded = Buffer.concat([Buffer.alloc(128 - shared.length), shared]);
        keys.set(session, Buffer.from(hkdfSync('sha256', padded, Buffer.alloc(0), Buffer.alloc(0), 16)));
        return [['ay', ours.getPublicKey()], session];
      },
      SearchItems: (asked: Attributes) => [found(asked), []],
      Unlock: (paths: string[]) => [paths, '/'],
      ReadAlias: () => LOGIN,
    },
    ROOT,
    {
      name: SERVICE,
      methods: {
        OpenSession: ['sv', 'vo', ['algorithm', 'input'], ['output', 'result']],
        SearchItems: ['a{ss}', 'aoao', ['attributes'], ['unlocked', 'locked']],
        Unlock: ['ao', 'aoo', ['objects'], ['unlocked', 'prompt']],
        ReadAlias: ['s', 'o', ['name'], ['collection']],
      },
      properties: {},
      signals: {},
    },
  );
  bus.exportInterface(
    {
      CreateItem(properties: Record<string, Attributes>, secret: Secret) {
        const attributes = properties[`${ITEM}.Attributes`] ?? {};
        const path = found(attributes)[0] ?? next(LOGIN);
        items.set(path, { attributes, secret: open(secret) });
        exportItem(path);
        return [path, '/'];
      },
      SearchItems: found,
      Locked: false,
    },
    LOGIN,
    {
      name: COLLECTION,
      methods: { CreateItem: ['a{sv}(oayays)b', 'oo', ['properties', 'secret', 'replace'], ['item', 'prompt']], SearchItems: ['a{ss}', 'ao', ['attributes'], ['results']] },
      properties: { Locked: 'b' },
      signals: {},
    },
  );
  await bus.requestName('org.freedesktop.secrets', 0);
  return { items, reads: () => reads };
}
