import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { MinimixError } from '../core/errors.ts';
import type { ReadArchive } from './contract.ts';
import type { Found, SearchQuery } from './query-contract.ts';
import type { Format, Selection } from './export.ts';

/** What takes long, beside the daemon's thread: searches and exports in one worker, on a handle of its own. */
export interface Aside {
  /** As `ReadArchive.find`. */
  find(query: SearchQuery): Promise<Found>;
  /** As `ReadArchive.perDay`: it goes through an index of the whole room. */
  perDay: (where: Parameters<ReadArchive['perDay']>[0]) => Promise<ReturnType<ReadArchive['perDay']>>;
  /** As `exported`, in parts of some 64 kB; stops where its reader stops. */
  exported(selection: Selection, format: Format): AsyncGenerator<string>;
  close(): Promise<void>;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The worker's file lies beside this one, as TypeScript or, after bundling, as JavaScript. */
function workerFile(): URL {
  const beside = ['./worker.ts', './worker.js', './archive-worker.js'].map((name) => new URL(name, import.meta.url));
  return beside.find((url) => existsSync(fileURLToPath(url))) ?? new URL('./worker.ts', import.meta.url);
}

/** Starts nothing until something is asked; a worker that dies is started again at the next question. */
export function openAside(path: string, file: URL = workerFile()): Aside {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let nextId = 1;
  let closed = false;

  function start(): Worker {
    const started = new Worker(file, { workerData: { path } });
    started.unref();
    started.on('message', (answer: Answer) => {
      const asker = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) started.unref();
      if (answer.error === undefined) asker?.resolve(answer.value);
      else asker?.reject(new MinimixError('archive-failed', answer.error));
    });
    const gone = (cause?: unknown): void => {
      if (worker !== started) return;
      worker = undefined;
      for (const asker of waiting.values()) asker.reject(new MinimixError('archive-failed', 'The search stopped.', cause));
      waiting.clear();
    };
    started.on('error', gone);
    started.on('exit', () => gone());
    return started;
  }

  function ask(message: object, id: number): Promise<unknown> {
    if (closed) return Promise.reject(new MinimixError('archive-closed', 'The archive is closed.'));
    worker ??= start();
    worker.ref();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
    worker.postMessage({ ...message, id });
    return promise;
  }

  return {
    async find(query) {
      return (await ask({ do: 'find', query }, nextId++)) as Found; // our own worker, our own type
    },
    async perDay(where) {
      return (await ask({ do: 'perDay', where }, nextId++)) as ReturnType<ReadArchive['perDay']>;
    },
    async *exported(selection, format) {
      const id = nextId++;
      let part = (await ask({ do: 'export', selection, format }, id)) as { text: string; done: boolean };
      try {
        while (!part.done) {
          yield part.text;
          part = (await ask({ do: 'more' }, id)) as { text: string; done: boolean };
        }
        yield part.text;
      } finally {
        if (!part.done && !closed) await ask({ do: 'stop' }, id);
      }
    },
    async close() {
      closed = true;
      await worker?.terminate();
    },
  };
}
