// What clients write, and what they are given to read.
import { spawn } from 'node:child_process';
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

/** The certificate that a server shows after STARTTLS, as PEM: for a client that keeps those which a person has accepted. */
export async function leafOf({ host, port }: { readonly host: string; readonly port: number }, domain: string): Promise<string> {
  const child = spawn('openssl', ['s_client', '-connect', `${host}:${port}`, '-starttls', 'xmpp', '-xmpphost', domain], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end();
  let shown = '';
  for await (const part of child.stdout.setEncoding('utf8')) shown += String(part);
  const [pem] = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/.exec(shown) ?? [];
  if (pem === undefined) throw new Error(`no certificate was shown: ${shown.slice(0, 300)}`);
  return `${pem}\n`;
}
