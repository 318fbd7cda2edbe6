import { useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { sendFile } from '../../api/files.ts';
import { timelines } from '../../state/page.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { sizeOf } from '../../text/size.ts';
import { inBackground } from '../../state/background.ts';

interface Upload {
  readonly file: File;
  readonly state: 'asking' | 'ready' | 'sending' | 'refused';
  /** From 0 to 1. */
  readonly part: number;
  /** Why it cannot be sent, or was not. */
  readonly problem: string | undefined;
  /** How large a file may be, in words; '' where the server does not say. */
  readonly most: string;
}

/** One file on its way into a room: first looked at, and sent when the person says so. */
export interface Uploading {
  readonly upload: Upload | undefined;
  choose(file: File): void;
  send(): void;
  stop(): void;
}

export function useUpload(name: RoomName): Uploading {
  const [upload, setUpload] = useState<Upload>();
  const stopping = useRef<AbortController>(undefined);
  const change = (file: File, part: Partial<Upload>): void => setUpload((now) => (now?.file === file ? { ...now, ...part } : now));

  async function look(file: File): Promise<void> {
    try {
      const place = await api.uploads.query({ account: name.account });
      const most = place?.most ?? undefined;
      const problem = place === null ? strings.files.nowhere : most !== undefined && file.size > most ? strings.files.tooLarge(sizeOf(most)) : file.size === 0 ? strings.files.empty : undefined;
      change(file, { most: most === undefined ? '' : sizeOf(most), problem, state: problem === undefined ? 'ready' : 'refused' });
    } catch {
      change(file, { problem: strings.link.unreachable, state: 'ready' });
    }
  }

  async function bring(file: File): Promise<void> {
    stopping.current = new AbortController();
    change(file, { state: 'sending', part: 0, problem: undefined });
    try {
      const url = await sendFile(name.account, file, (part) => change(file, { part }), stopping.current.signal);
      await timelines.say(name, url, { file: url });
      setUpload((now) => (now?.file === file ? undefined : now));
    } catch (error) {
      change(file, { state: 'ready', problem: error instanceof Error ? error.message : strings.link.unreachable });
    }
  }

  return {
    upload,
    choose(file) {
      setUpload({ file, state: 'asking', part: 0, problem: undefined, most: '' });
      inBackground('an upload', look(file));
    },
    send() {
      if (upload?.state === 'ready') inBackground('an upload', bring(upload.file));
    },
    stop() {
      if (upload?.state === 'sending') stopping.current?.abort();
      else setUpload(undefined);
    },
  };
}
