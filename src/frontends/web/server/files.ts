// What comes and goes as bytes, beside the API: files that are sent, pictures that are looked at.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { bareJid } from '../../../account/settings.ts';
import type { FilesApi, ShownPicture } from '../contract/files-contract.ts';

const MOST_FILE = 10_000_000_000; // bytes, where the server names no bound
const MOST_DROPPED = 64_000_000; // bytes
const QUERY = 8192; // characters of an address
const A_DAY = 86_400; // seconds

const printable = z.string().min(1).refine((text) => !/\p{Cc}/u.test(text));
const asked = {
  send: z.object({ account: bareJid, name: printable.max(255) }),
  picture: z.object({ id: z.coerce.number().int().min(1) }),
  avatar: z.object({ account: bareJid, room: bareJid, nick: printable.max(1023) }),
};

export const FILE_PATHS: readonly string[] = ['/files', '/picture', '/avatar'];

/** Answers one request for one of the paths above; who asks was looked at before. */
export async function serveFiles(files: FilesApi, { request, response, path }: { request: IncomingMessage; response: ServerResponse; path: string }): Promise<void> {
  const url = (request.url ?? '').slice(0, QUERY);
  const query = Object.fromEntries(new URLSearchParams(url.split('?', 2)[1] ?? ''));
  const method = path === '/files' ? 'PUT' : 'GET';
  if (request.method !== method) return refuse(response, { status: 405, code: 'method', message: `This is asked by ${method}.` });
  if (path === '/files') return takeFile(files, { request, response, query });
  return path === '/picture' ? givePicture(files, response, query) : giveAvatar(files, response, query);
}

async function takeFile(files: FilesApi, { request, response, query }: { request: IncomingMessage; response: ServerResponse; query: unknown }): Promise<void> {
  const wish = asked.send.safeParse(query);
  const size = Number(request.headers['content-length'] ?? NaN);
  if (!wish.success || !Number.isSafeInteger(size) || size < 1 || size > MOST_FILE) {
    return refuse(response, { status: 400, code: 'invalid', message: 'The file has no name, or no size.' });
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort()); // the page was closed, or the person thought better of it
  const type = request.headers['content-type'] ?? 'application/octet-stream';
  const sent = await files.send(wish.data.account, { name: wish.data.name, size, type }, { body: request, signal: gone.signal });
  if (gone.signal.aborted) return;
  if (sent.ok) return answer(response, 200, sent.value);
  // A browser reads no answer before it has sent all: what is small enough is taken, and dropped.
  if (size > MOST_DROPPED) return refuse(response, { status: 422, code: sent.error.code, message: sent.error.message });
  request.resume();
  answer(response, 422, { error: { code: sent.error.code, message: sent.error.message } });
}

async function givePicture(files: FilesApi, response: ServerResponse, query: unknown): Promise<void> {
  const wish = asked.picture.safeParse(query);
  if (!wish.success) return refuse(response, { status: 400, code: 'invalid', message: 'Which picture?' });
  const picture = await files.picture(wish.data.id);
  if (picture.ok) show(response, picture.value, 'no-store');
  else refuse(response, { status: 422, code: picture.error.code, message: picture.error.message });
}

async function giveAvatar(files: FilesApi, response: ServerResponse, query: unknown): Promise<void> {
  const wish = asked.avatar.safeParse(query);
  if (!wish.success) return refuse(response, { status: 400, code: 'invalid', message: 'Whose picture?' });
  const picture = await files.avatar(wish.data.account, wish.data.room, wish.data.nick);
  // The address holds the hash: another picture has another address.
  if (picture) show(response, picture, `private, max-age=${A_DAY}, immutable`);
  else response.writeHead(204).end();
}

function show(response: ServerResponse, { type, body }: ShownPicture, cache: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'cache-control': cache, 'content-disposition': 'inline' });
  response.end(body);
}

function refuse(response: ServerResponse, { status, code, message }: { status: number; code: string; message: string }): void {
  // The rest of the request is not read: the connection ends with the answer.
  response.setHeader('connection', 'close');
  answer(response, status, { error: { code, message } });
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}
