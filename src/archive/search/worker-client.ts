import { setFlagsFromString } from 'node:v8';
import { Worker, type ResourceLimits } from 'node:worker_threads';
import { MinimixError } from '../../core/errors.ts';
import { siblingProgram } from '../../core/sibling.ts';
import type { ReadArchive } from '../contract.ts';
import type { Found, SearchQuery } from '../query-contract.ts';
import type { Format, Selection } from '../transfer/export.ts';

/** What takes long, beside the daemon's thread: searches and exports in one worker, on a handle of its own. */
export interface WorkerClient {
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

interface ExportPart {
  readonly text: string;
  readonly done: boolean;
}

const whyGone = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'This search needs too much memory: search for less at a time.'
    : 'The search stopped.';

const IDLE = 30_000; // milliseconds; its start costs 0.2 s of CPU, its being there some 10 MiB
const MOST_MEMORY: ResourceLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 192 };

interface WorkerClientOptions {
  /** Milliseconds without a question after which the worker ends. */
  readonly idle?: number;
  /** Of the worker's heap; what needs more fails, and nothing else does. */
  readonly limits?: ResourceLimits;
}

/** Starts nothing until something is asked; a worker that has died or was idle is started again at the next question. */
export function openWorkerClient(path: string, { idle = IDLE, limits = MOST_MEMORY }: WorkerClientOptions = {}): WorkerClient {
  const file = siblingProgram(import.meta.url, 'worker');
  const ending = new Set<Promise<unknown>>();
  let exporting = 0;
  let rest: NodeJS.Timeout | undefined;
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let nextId = 1;
  let closed = false;

  function start(): Worker {
    // Flags hold for each isolate that is made, whatever its limits say. Our own is made: they are its, from here on.
    for (const flag of ['--max-old-space-size=0', '--max-semi-space-size=0']) setFlagsFromString(flag);
    const started = new Worker(file, { workerData: { path }, resourceLimits: limits });
    started.unref();
    started.on('message', (answer: Answer) => {
      const asker = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (waiting.size === 0) started.unref();
      endWhenIdle();
      if (answer.error === undefined) asker?.resolve(answer.value);
      else asker?.reject(new MinimixError('archive-failed', answer.error));
    });
    const gone = (cause?: unknown): void => {
      if (worker !== started) return;
      worker = undefined;
      for (const asker of waiting.values()) asker.reject(new MinimixError('archive-failed', whyGone(cause), cause));
      waiting.clear();
    };
    started.on('error', gone);
    started.on('exit', () => gone());
    return started;
  }

  /** Its heap is of use to nobody between two questions; half an export is not between two. */
  function endWhenIdle(): void {
    clearTimeout(rest);
    rest = setTimeout(() => {
      if (worker === undefined || waiting.size + exporting > 0) return;
      const ended = worker.terminate();
      worker = undefined;
      ending.add(ended);
      ended.then(() => ending.delete(ended), () => ending.delete(ended));
    }, idle).unref();
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
      let whole = false;
      exporting += 1;
      try {
        let part = (await ask({ do: 'export', selection, format }, id)) as ExportPart;
        while (!part.done) {
          yield part.text;
          part = (await ask({ do: 'more' }, id)) as ExportPart;
        }
        whole = true;
        yield part.text;
      } finally {
        exporting -= 1;
        if (!whole && !closed && worker) await ask({ do: 'stop' }, id);
        endWhenIdle();
      }
    },
    async close() {
      closed = true;
      clearTimeout(rest);
      await Promise.all([...ending, worker?.terminate()]);
    },
  };
}
