import { strings } from '../strings/strings.ts';
import { credentials } from './session.ts';

/** Gives a file to the daemon, which uploads it to the account's server. Resolves with the link, rejects with a sentence for the person. */
export function sendFile(account: string, file: File, { told, signal }: { told: (part: number) => void; signal: AbortSignal }): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // not `fetch`: it reports no upload progress
    request.open('PUT', `/files?${new URLSearchParams({ account, name: file.name })}`);
    for (const [name, value] of Object.entries(credentials())) request.setRequestHeader(name, value);
    request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => told(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => {
      const answer: unknown = request.response;
      const url = textAt(answer, 'url');
      if (request.status === 200 && url !== undefined) resolve(url);
      else reject(new Error(textAt(valueAt(answer, 'error'), 'message') ?? strings.link.unreachable));
    });
    request.addEventListener('error', () => reject(new Error(strings.link.unreachable)));
    request.addEventListener('abort', () => reject(new Error(strings.files.stopped)));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

/** The picture of a message, fetched by the daemon when this is loaded; to be signed first. */
export function pictureHref(id: number): string {
  return `/picture?${new URLSearchParams({ id: String(id) })}`;
}

/** The avatar of somebody in a room, to be signed first. The address contains `hash`, so that a new avatar is not taken from the browser's cache. */
export function avatarHref({ account, room, nick, hash }: { account: string; room: string; nick: string; hash: string }): string {
  return `/avatar?${new URLSearchParams({ account, room, nick, hash })}`;
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
}

function textAt(value: unknown, key: string): string | undefined {
  const found = valueAt(value, key);
  return typeof found === 'string' ? found : undefined;
}
