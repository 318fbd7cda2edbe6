import type { Readable } from 'node:stream';
import type { Result } from '../../../core/errors.ts';
import type { PictureType } from '../../../core/picture.ts';
import type { FoundRooms } from '../../../account/server/browse.ts';

/** What the page sends and shows beside words; the daemon gives it. */
export interface FilesApi {
  /** Where the account's files go, and up to how many bytes; null where its server takes none. */
  place(account: string): Promise<{ readonly most: number | null } | null>;
  /** Hands a file on to the account's server; resolves with its link. */
  send(account: string, file: SentFile, options: { body: Readable; signal: AbortSignal }): Promise<Result<{ readonly url: string }>>;
  /** The picture that a kept message links to: fetched now, because somebody has asked to see it. */
  picture(archiveId: number): Promise<Result<ShownPicture>>;
  /** The picture of somebody in a room, by the hash that their presence names; kept, and fetched once. */
  avatar(account: string, room: string, nick: string): Promise<ShownPicture | undefined>;
}

interface SentFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
}

export interface ShownPicture {
  readonly type: PictureType;
  readonly body: Buffer;
}

/** What is beyond the account's own rooms. */
export interface OutsideRooms {
  /** Services of rooms that are worth a look: the server's own, then those of the rooms that the account knows. */
  services(account: string): Promise<readonly { readonly jid: string; readonly name: string | null }[]>;
  rooms(account: string, service: string, after: string | undefined): Promise<Result<FoundRooms>>;
  /** The public directory that the person switched on; null where none is asked. */
  directory(account: string): string | null;
  setDirectory(account: string, service: string | null): void;
  search(account: string, words: string, after: string | undefined): Promise<Result<FoundRooms>>;
}
