import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { MinimixError, sentenceOf } from '../../core/errors.ts';
import { blocks } from '../schema/blocks.ts';
import type { ReadArchive } from '../contract.ts';
import { openDatabase } from '../schema/database.ts';
import { exported } from '../transfer/export.ts';
import { dictionary } from '../schema/dictionary.ts';
import { messageReader } from '../read/messages.ts';
import { records } from '../write/records.ts';
import { counts } from '../write/counts.ts';

/**
 * The other side of `worker-client.ts`: answers searches and exports on a reading handle of its own, one at a time, so that
 * none of them holds up the daemon. A long export goes out in parts, each asked for, and lets searches in between.
 */
const asked = z.discriminatedUnion('do', [
  z.object({ do: z.literal('find'), id: z.number(), query: z.custom<Parameters<ReadArchive['find']>[0]>() }),
  z.object({
    do: z.literal('export'),
    id: z.number(),
    selection: z.custom<Parameters<typeof exported>[1]>(),
    format: z.enum(['jsonl', 'text', 'html']),
  }),
  z.object({ do: z.literal('perDay'), id: z.number(), where: z.object({ account: z.string(), room: z.string().optional() }) }),
  z.object({ do: z.literal('more'), id: z.number() }),
  z.object({ do: z.literal('stop'), id: z.number() }),
]);
type Asked = z.infer<typeof asked>;

const PART = 64 * 1024;
const { path } = z.object({ path: z.string() }).parse(workerData);
const db = openDatabase(path, { readOnly: true });
const names = dictionary(db);
const packed = blocks(db);
const counted = counts(db);
const archive = { ...messageReader({ db, names, blocks: packed }, counted), ...records(db, names) };
const exports = new Map<number, Generator<string>>();
let version: unknown;

/** What another handle has changed is not remembered otherwise here. */
function refresh(): void {
  const now = db.sql('PRAGMA data_version').get()?.['data_version'];
  if (now !== version) {
    names.forget();
    packed.forget();
    counted.forget();
  }
  version = now;
}

function answer(message: Asked): unknown {
  refresh();
  if (message.do === 'find') return archive.find(message.query);
  if (message.do === 'perDay') return archive.perDay(message.where);
  if (message.do === 'stop') return exports.delete(message.id);
  if (message.do === 'export') exports.set(message.id, exported(archive, message.selection, message.format));
  return part(message.id);
}

function part(id: number): { text: string; done: boolean } {
  const pieces = exports.get(id);
  if (!pieces) throw new MinimixError('archive-failed', 'The export stopped.'); // the worker that had begun it is gone
  let text = '';
  while (text.length < PART) {
    const next = pieces.next();
    if (next.done) {
      exports.delete(id);
      return { text, done: true };
    }
    text += next.value;
  }
  return { text, done: false };
}

parentPort?.on('message', (message: unknown) => {
  const read = asked.parse(message);
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
    parentPort?.postMessage({ id: read.id, value: answer(read) });
  } catch (error) {
    exports.delete(read.id);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    parentPort?.postMessage({ id: read.id, error: sentenceOf(error) });
  }
});
