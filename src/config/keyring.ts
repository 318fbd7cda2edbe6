// Run by secrets.ts as a process of its own: one order on standard input, one answer on standard output.
import { text } from 'node:stream/consumers';
import { sentenceOf } from '../core/errors.ts';
import type { KeyringAnswer, KeyringOrder } from './secrets.ts';

async function carryOut(order: KeyringOrder): Promise<KeyringAnswer> {
  try {
    // An optional dependency: some platforms have no build of it.
    const { AsyncEntry } = await import('@napi-rs/keyring');
    // On Linux the default falls back to the kernel's keyring, which forgets at a reboot.
    const entry = new AsyncEntry(order.service, order.jid, { linux: { store: 'secret-service' } });
    if (order.verb === 'write') await entry.setPassword(order.password ?? '');
    if (order.verb === 'remove') await entry.deletePassword();
    return { ok: true, password: order.verb === 'read' ? await entry.getPassword() : null };
  } catch (error) {
    return { ok: false, why: sentenceOf(error) };
  }
}

// `as`: the only writer is secrets.ts, with this very type.
const order = JSON.parse(await text(process.stdin)) as KeyringOrder;
process.stdout.write(JSON.stringify(await carryOut(order)), () => process.exit());
