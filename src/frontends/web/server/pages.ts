import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';

export interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer | string;
  /** Its name changes with its content. */
  readonly lasting: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/** A file of the built page, `/` being index.html; nothing outside of `root` is ever read. */
export async function readPage(root: string, path: string): Promise<Page> {
  const name = path === '/' ? '/index.html' : path;
  const type = TYPES[extname(name)];
  // Vite's file names are plain: a path that is percent-encoded, hidden, or leads upwards is refused.
  if (type === undefined || !/^(\/[\w-][\w.-]*)+$/.test(name)) return plain(404, 'This page does not exist.');
  try {
    const base = await realpath(root);
    const file = await realpath(join(base, name));
    if (!file.startsWith(base + sep)) return plain(404, 'This page does not exist.');
    return { status: 200, type, body: await readFile(file), lasting: name.startsWith('/assets/') };
  } catch (error) {
    const missing =
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code));
    if (!missing) throw error;
    if (name !== '/index.html') return plain(404, 'This page does not exist.');
    return plain(503, 'The page is not built yet: run `npm run build`, then reload.');
  }
}

/** A page of one sentence. */
export function plain(status: number, sentence: string): Page {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n`, lasting: false };
}
