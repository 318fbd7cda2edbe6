/** Files on their way into rooms: looked at first, and sent when the person says so; they go on while one is in another room. */
import { api } from '../../api/client.ts';
import { sendFile } from '../../api/files.ts';
import { strings } from '../../strings/strings.ts';
import { sizeOf } from '../../text/size.ts';
import { inBackground } from '../background.ts';
import { keyOf } from '../daemon-state.ts';
import { createStore, type Store } from '../store.ts';
import type { RoomName } from '../timelines.ts';

export interface Upload {
  readonly id: number;
  readonly file: File;
  readonly state: 'asking' | 'ready' | 'sending' | 'refused';
  /** From 0 to 1. */
  readonly part: number;
  /** Why it cannot be sent, or was not. */
  readonly problem: string | undefined;
  /** How large a file may be, in words; '' where the server does not say. */
  readonly most: string;
}

export interface UploadDoors {
  /** Where files go and how large they may be; null where the server takes none. */
  readonly place: (account: string) => Promise<{ readonly most: number | null } | null>;
  /** Resolves with the link; rejects with a sentence for the person. */
  readonly bring: (account: string, file: File, options: { told: (part: number) => void; signal: AbortSignal }) => Promise<string>;
  readonly say: (name: RoomName, url: string) => Promise<void>;
}

export interface Uploads {
  /** By the room's key; none where there is nothing. */
  readonly store: Store<ReadonlyMap<string, readonly Upload[]>>;
  add(name: RoomName, files: Iterable<File>): void;
  /** Sends all that can be sent, one after another, in their order. */
  send(name: RoomName): Promise<void>;
  /** Stops what is being sent, and forgets what is not. */
  drop(name: RoomName, id: number): void;
}

const MOST = 20; // files of one room at once
const NONE: readonly Upload[] = [];

export function createUploads({ place, bring, say }: UploadDoors): Uploads {
  const store = createStore<ReadonlyMap<string, readonly Upload[]>>(new Map());
  const stopping = new Map<number, AbortController>();
  let ids = 0;

  const of = (key: string): readonly Upload[] => store.get().get(key) ?? NONE;

  function set(key: string, uploads: readonly Upload[]): void {
    const next = new Map(store.get());
    if (uploads.length > 0) next.set(key, uploads);
    else next.delete(key);
    store.set(next);
  }

  const change = (key: string, id: number, part: Partial<Upload>): void => set(key, of(key).map((one) => (one.id === id ? { ...one, ...part } : one)));
  const forget = (key: string, id: number): void => set(key, of(key).filter((one) => one.id !== id));

  async function look({ account }: RoomName, key: string, { id, file }: Upload): Promise<void> {
    try {
      const found = await place(account);
      const most = found?.most ?? undefined;
      const problem = found === null ? strings.files.nowhere : most !== undefined && file.size > most ? strings.files.tooLarge(sizeOf(most)) : file.size === 0 ? strings.files.empty : undefined;
      change(key, id, { most: most === undefined ? '' : sizeOf(most), problem, state: problem === undefined ? 'ready' : 'refused' });
    } catch {
      change(key, id, { problem: strings.link.unreachable, state: 'ready' });
    }
  }

  async function sendOne(name: RoomName, key: string, { id, file }: Upload): Promise<void> {
    const stop = new AbortController();
    stopping.set(id, stop);
    change(key, id, { state: 'sending', part: 0, problem: undefined });
    try {
      const url = await bring(name.account, file, { told: (part) => change(key, id, { part }), signal: stop.signal });
      await say(name, url);
      forget(key, id);
    } catch (error) {
      change(key, id, { state: 'ready', problem: error instanceof Error ? error.message : strings.link.unreachable });
    } finally {
      stopping.delete(id);
    }
  }

  return {
    store,
    add(name, files) {
      const key = keyOf(name);
      const added = [...files].slice(0, MOST - of(key).length).map((file): Upload => ({ id: (ids += 1), file, state: 'asking', part: 0, problem: undefined, most: '' }));
      set(key, [...of(key), ...added]);
      for (const one of added) inBackground('an upload', look(name, key, one));
    },
    async send(name) {
      const key = keyOf(name);
      const ready = of(key).filter(({ state }) => state === 'ready').map(({ id }) => id);
      for (const id of ready) {
        const upload = of(key).find((one) => one.id === id && one.state === 'ready'); // it may have been dropped meanwhile
        if (upload) await sendOne(name, key, upload);
      }
    },
    drop(name, id) {
      const stop = stopping.get(id);
      if (stop) stop.abort();
      else forget(keyOf(name), id);
    },
  };
}

export const uploadDoors = (say: UploadDoors['say']): UploadDoors => ({
  place: (account) => api.uploads.query({ account }),
  bring: sendFile,
  say,
});
