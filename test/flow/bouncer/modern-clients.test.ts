// Clients that log in as a modern server has it: @xmpp/client, which is run; Conversations and Monal by their rules, as they were read.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createElement as xml, parse, type Element } from 'ltx';
import { describe, expect, test } from 'vitest';
import { storedValues } from '../../../src/archive/stored-values.ts';
import { conversations, type ConversationsStream, type Remembered } from '../../frontends/bouncer/conversations.ts';
import type { Door } from '../../frontends/bouncer/door.ts';
import { doors } from '../../frontends/bouncer/doors.ts';
import { monal } from '../../frontends/bouncer/monal.ts';
import { connectPerson } from '../../support/clients/person.ts';
import { newAccount, prosody as server, type Account } from '../../support/servers/servers.ts';
import { feed, until } from '../../support/until.ts';

const { open, door } = doors(server);

type Opened = Door & { alice: Account };

async function friendOf(): Promise<Awaited<ReturnType<typeof connectPerson>>> {
  const bob = await newAccount(server, 'bob');
  const friend = await connectPerson(server, bob.user, bob.password);
  open.push(friend);
  return friend;
}

async function wayTo(one: Opened) {
  const { password } = await one.device('phone');
  return { directTlsPort: one.directTlsPort, ca: one.ca, domain: server.domain, user: one.alice.user, password };
}

test('@xmpp/client logs in by SASL2 with Bind 2, and is back by FAST on the same session, with what it has missed', async () => {
  const one = await door();
  const friend = await friendOf();
  const { password } = await one.device('phone');
  const dir = mkdtempSync(join(tmpdir(), 'xmpp-client-'));
  writeFileSync(join(dir, 'ca.pem'), one.ca);
  const script = fileURLToPath(new URL('../../frontends/bouncer/xmpp-client.ts', import.meta.url));
  const child = spawn(process.execPath, [script, `xmpp://127.0.0.1:${one.port}`, server.domain, one.alice.user, password], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  open.push({ close: () => { child.kill('SIGKILL'); rmSync(dir, { recursive: true, force: true }); } });
  const lines = feed<{ what: string; text: string }>(({ what, text }) => `${what} ${text.slice(0, 300)}`);
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as { what: string; text: string }));
  const next = async (what: string, sign: string): Promise<Element> => parse((await lines.next((line) => line.what === what && line.text.startsWith(sign))).text);

  const first = await next('out', '<authenticate');
  expect(first.attrs['mechanism']).toBe('SCRAM-SHA-1'); // the only one that it knows
  const success = await next('in', '<success');
  expect(success.getChild('bound')?.getChild('enabled')).toBeDefined();
  expect(success.getChild('token')).toBeDefined();
  const jid = success.getChildText('authorization-identifier') ?? '';
  expect(jid).toMatch(/\/xmpp\.js\/[\w-]{12}$/);
  await lines.next(({ what, text }) => what === 'online' && text === jid);

  child.stdin.write('cut\n');
  friend.send(xml('message', { to: jid, type: 'chat' }, xml('body', {}, 'while it was away')));
  const second = await next('out', '<authenticate');
  expect(second.attrs['mechanism']).toBe('HT-SHA-256-NONE');
  const back = await next('in', '<success');
  expect(back.getChild('resumed')).toBeDefined();
  expect(back.getChildText('authorization-identifier')).toBe(jid);
  await lines.next(({ what, text }) => what === 'in' && text.includes('while it was away'));
  expect(lines.all.filter(({ what }) => what === 'error')).toEqual([]);
});

describe('by Conversations’ rules', () => {
  async function logIn(one: Opened, memory: Remembered): Promise<ConversationsStream> {
    const stream = await conversations(await wayTo(one), memory);
    open.push(stream.stranger);
    return stream;
  }

  test('an account that has used SCRAM-SHA-512-PLUS at its own server comes in, and nothing looks like a downgrade', async () => {
    const one = await door();
    const memory: Remembered = { pinned: 'SCRAM-SHA-512-PLUS', received: 0 };
    const { mechanism, jid, success } = await logIn(one, memory);
    expect(mechanism).toBe('SCRAM-SHA-512-PLUS');
    expect(jid).toContain('/Conversations/');
    expect(success.getChild('bound')?.getChild('enabled', 'urn:xmpp:carbons:2')).toBeDefined();
    expect(memory).toMatchObject({ quickStart: true, fast: { mechanism: 'HT-SHA-256-EXPR' } });
  });

  test('it is back by its token, written with the header: one round trip, the same session, what it missed', async () => {
    const one = await door();
    const friend = await friendOf();
    const memory: Remembered = { received: 0 };
    const first = await logIn(one, memory);
    first.stranger.close();
    friend.send(xml('message', { to: first.jid, type: 'chat' }, xml('body', {}, 'while it was away')));
    await friend.settle();
    const again = await logIn(one, memory);
    expect(again).toMatchObject({ mechanism: 'HT-SHA-256-EXPR', resumed: true, jid: first.jid, roundTrips: 1 });
    await again.stranger.hears('while it was away');
  });

  test('a token that is no good any more is forgotten, and its password brings it in', async () => {
    const one = await door();
    const memory: Remembered = { received: 0 };
    await logIn(one, memory);
    if (!memory.fast) throw new Error('it has a token');
    memory.fast = { ...memory.fast, token: 'lost' };
    await expect(logIn(one, memory)).rejects.toThrow('UNAUTHORIZED (not-authorized)');
    expect(memory.fast).toBeUndefined();
    const again = await logIn(one, memory); // quick start, by what it has pinned
    expect(again).toMatchObject({ mechanism: 'SCRAM-SHA-512-PLUS', resumed: true });
  });

  test('it stays out while a device with a password of the old kind keeps SCRAM-SHA-512 from being offered, and comes in once that is renewed', async () => {
    const one = await door();
    await one.device('old');
    const book = one.minimix.archive.value(one.alice.jid, storedValues.bouncerDevices);
    if (!book) throw new Error('there are devices');
    await one.restartBouncer(() => one.minimix.archive.setValue(one.alice.jid, storedValues.bouncerDevices, { ...book, devices: book.devices.map((device) => ({ ...device, sha512: undefined })) }));
    const memory: Remembered = { pinned: 'SCRAM-SHA-512-PLUS', received: 0 };
    await expect(logIn(one, memory)).rejects.toThrow('DOWNGRADE_ATTACK');
    expect(await one.bouncer.renew(one.alice.jid, 'old')).toMatchObject({ ok: true });
    expect(await logIn(one, memory)).toMatchObject({ mechanism: 'SCRAM-SHA-512-PLUS' });
  });
});

describe('by Monal’s rules', () => {
  test('it comes in by SASL2 and SCRAM, bound to its connection, and binds its resource on the same stream', async () => {
    const one = await door();
    const { mechanism, binding, jid, stranger } = await monal(await wayTo(one));
    open.push(stranger);
    expect([mechanism, binding]).toEqual(['SCRAM-SHA-512-PLUS', 'tls-exporter']);
    expect(jid).toBe(`${one.alice.jid}/Monal-iOS.1f2e`);
    await until(() => one.bouncer.devices(one.alice.jid)[0]?.online === true, { what: 'it to be in' });
  });

  test('a wrong password is told as one', async () => {
    const one = await door();
    await expect(monal({ ...(await wayTo(one)), password: 'guess' })).rejects.toThrow('Login error, account disabled: not-authorized');
  });
});
