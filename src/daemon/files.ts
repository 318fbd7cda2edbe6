import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { askAvatar, MOST_AVATAR } from '../account/rooms/avatars.ts';
import { openBrowsing } from '../account/server/browse.ts';
import type { Account } from '../account/contract.ts';
import type { AccountSettings } from '../account/settings.ts';
import { slotFor } from '../account/server/upload.ts';
import { serverParts, type ServerParts } from '../account/server/server-parts.ts';
import type { Archive } from '../archive/contract.ts';
import { storedValues } from '../archive/stored-values.ts';
import { fail, noAccount, ok } from '../core/errors.ts';
import { domainOf } from '../core/jid.ts';
import { pictureType } from '../core/picture.ts';
import type { FilesApi, OutsideRooms, ShownPicture } from '../frontends/web/contract/files-contract.ts';
import { fileOfMessage } from '../frontends/web/api/file-link.ts';
import type { Log } from '../core/log.ts';
import { fetchFile, putFile, type OutsideTrust } from './outside.ts';

const PARTS_KEPT = 600_000; // milliseconds
const MOST_PICTURE = 20_000_000; // bytes
const PATIENCE = 20_000; // milliseconds to wait for the next byte
const AVATARS = 800;
const NOT_AGAIN = 3_600_000; // milliseconds until a refused avatar is requested again
const AVATARS_AT_ONCE = 2;

interface FilesOptions {
  readonly home: string;
  readonly archive: Archive;
  readonly log: Log;
  readonly account: (jid: string) => Account | undefined;
  readonly settings: (jid: string) => AccountSettings | undefined;
}

/** Fetches files, pictures and other servers' rooms for the page, which itself talks to the daemon alone. */
export function openFiles(options: FilesOptions): { files: FilesApi; outside: OutsideRooms } {
  const { archive, account: accountOf } = options;
  const parts = new Map<string, { readonly at: number; readonly parts: Promise<ServerParts> }>();
  const browsing = openBrowsing(Date.now);
  const avatars = openAvatars(options);

  /** Asks the server again after a while, and after an answer that said nothing. */
  function partsOf(account: Account): Promise<ServerParts> {
    const known = parts.get(account.jid);
    if (known && Date.now() - known.at < PARTS_KEPT) return known.parts;
    const asked = serverParts(account.server.ask, account.jid).then((found) => {
      if (found.rooms.length === 0 && !found.upload) parts.delete(account.jid);
      return found;
    });
    parts.set(account.jid, { at: Date.now(), parts: asked });
    return asked;
  }

  function trustOf(jid: string): OutsideTrust {
    const { server, ca } = options.settings(jid) ?? {};
    return { domain: domainOf(jid), ca, loopback: server !== undefined && /^(127\.|::1$|localhost$)/.test(server.host) };
  }

  const files: FilesApi = {
    async place(jid) {
      const account = accountOf(jid);
      const upload = account && (await partsOf(account)).upload;
      return upload ? { most: upload.most ?? null } : null;
    },
    async send(jid, file, { body, signal }) {
      const account = accountOf(jid);
      if (!account) return noAccount(jid);
      const slot = await slotFor(account.server.ask, await partsOf(account), file);
      if (!slot.ok) return slot;
      const headers = { ...Object.fromEntries(slot.value.headers), 'content-length': file.size, 'content-type': file.type };
      const put = await putFile(slot.value.put, { headers, body, how: { trust: trustOf(jid), signal, patience: PATIENCE } });
      return put.ok ? ok({ url: slot.value.get }) : put;
    },
    async picture(archiveId) {
      const message = archive.message(archiveId);
      const link = message && fileOfMessage(message);
      if (!message || !link) return fail('no-picture', 'This message has no picture.');
      const fetched = await fetchFile(link.url, MOST_PICTURE, { trust: trustOf(message.account), patience: PATIENCE });
      if (!fetched.ok) return fetched;
      const type = pictureType(fetched.value);
      return type ? ok({ type, body: fetched.value }) : fail('no-picture', 'This is not a picture that can be shown here.');
    },
    avatar: avatars.of,
  };
  const outside: OutsideRooms = {
    async services(jid) {
      const account = accountOf(jid);
      if (!account) return [];
      const own = (await partsOf(account)).rooms.map(({ jid: service, name }) => ({ jid: service, name: name ?? null }));
      const known = new Set(own.map((service) => service.jid));
      const others = new Set(account.rooms.list().map(({ room }) => domainOf(room)).filter((domain) => !known.has(domain)));
      return [...own, ...[...others].toSorted().map((service) => ({ jid: service, name: null }))].slice(0, 50);
    },
    async rooms(jid, service, after) {
      const account = accountOf(jid);
      return account ? browsing.rooms(account.server.ask, service, after) : noAccount(jid);
    },
    directory: (jid) => archive.value(jid, storedValues.directory) ?? null,
    setDirectory: (jid, service) => archive.setValue(jid, storedValues.directory, service ?? undefined),
    async search(jid, words, after) {
      const account = accountOf(jid);
      const service = archive.value(jid, storedValues.directory);
      if (!account) return noAccount(jid);
      if (service === undefined) return fail('no-directory', 'No public directory is turned on.');
      return browsing.directory(account.server.ask, service, { words, after });
    },
  };
  return { files, outside };
}

/** Avatars by their hash, in files of the home: each is fetched once; the least recently used are deleted first. */
function openAvatars({ home, log, account: accountOf }: FilesOptions): { of: FilesApi['avatar'] } {
  const dir = join(home, 'avatars');
  const asking = new Map<string, Promise<ShownPicture | undefined>>();
  const refused = new Map<string, number>();
  const limit = pLimit(AVATARS_AT_ONCE);

  function kept(hash: string): ShownPicture | undefined {
    try {
      const file = join(dir, hash);
      if (statSync(file).size > MOST_AVATAR) return undefined;
      const body = readFileSync(file);
      const type = pictureType(body);
      if (!type || createHash('sha1').update(body).digest('hex') !== hash) return undefined;
      utimesSync(file, new Date(), new Date());
      return { type, body };
    } catch {
      return undefined; // not cached yet: the caller fetches it
    }
  }

  function keep(hash: string, body: Buffer): void {
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      writeFileSync(join(dir, hash), body, { mode: 0o600 });
      const all = readdirSync(dir);
      if (all.length <= AVATARS) return;
      const byAge = all.map((name) => ({ name, used: statSync(join(dir, name)).mtimeMs })).toSorted((a, b) => a.used - b.used);
      for (const { name } of byAge.slice(0, all.length - AVATARS)) rmSync(join(dir, name), { force: true });
    } catch (error) {
      log('warn', 'an avatar could not be kept', { error }); // it is shown anyway
    }
  }

  async function ask(account: Account, occupant: string, hash: string): Promise<ShownPicture | undefined> {
    const body = await askAvatar(account.server.ask, occupant, hash);
    const type = body && pictureType(body);
    if (!body || !type) {
      if (refused.size >= AVATARS) refused.clear();
      refused.set(hash, Date.now());
      return undefined;
    }
    keep(hash, body);
    return { type, body };
  }

  return {
    async of(jid, room, nick) {
      const account = accountOf(jid);
      const hash = account?.rooms.occupants(room).find((occupant) => occupant.nick === nick)?.avatar;
      if (!account || hash === undefined) return undefined;
      const known = kept(hash);
      if (known) return known;
      if (Date.now() - (refused.get(hash) ?? 0) < NOT_AGAIN) return undefined;
      const under = asking.get(hash);
      if (under) return under;
      const asked = limit(() => ask(account, `${room}/${nick}`, hash)).finally(() => asking.delete(hash));
      asking.set(hash, asked);
      return asked;
    },
  };
}
