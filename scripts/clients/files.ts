// What clients write, and what they are given to read.
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export const NOBODY = 65_534;

export function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
}

/** So that a client that refuses root can keep what it wants there. */
export function giveToNobody(...paths: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  for (const path of paths) {
    chownSync(path, NOBODY, NOBODY);
    if (statSync(path).isDirectory()) chmodSync(path, 0o755);
  }
}

/** What has been written to a file since now; nothing where it is not there yet. */
export function tail(path: string): () => string {
  const size = (): number => (existsSync(path) ? statSync(path).size : 0);
  const from = size();
  return () => (existsSync(path) ? readFileSync(path).subarray(from).toString('utf8') : '');
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&apos;': "'" };

/** The texts of all `<body/>` in a log of what a client received, in order. */
export function bodiesIn(xml: string): string[] {
  return [...xml.matchAll(/<body(?: [^>]*)?>([^<]*)<\/body>/g)].map(([, text = '']) => text.replaceAll(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity));
}
