// Looks at a server from outside, as far as one comes without a password.
import { openStream } from '../connection.ts';
import type { Element } from 'ltx';
import { dial } from '../transport/dial.ts';
import { StreamEnd } from '../faults.ts';
import { NS } from '../namespaces.ts';
import { requireTls } from './login.ts';
import type { Dns, Endpoint } from '../transport/resolve.ts';
import { DEFAULT_LIMITS } from '../transport/splitter.ts';
import type { Trust } from '../transport/tls.ts';

export interface Probed {
  /** Such as `TLSv1.3`; `undefined` where the stream stays plain. */
  readonly protocol: string | undefined;
  /** When the certificate ends, in milliseconds since the epoch. */
  readonly expires: number | undefined;
  /** What the server takes as a login. */
  readonly mechanisms: readonly string[];
  /** The same by SASL2 (XEP-0388). */
  readonly sasl2: readonly string[];
  /** Names and addresses in the certificate. */
  readonly names: readonly string[];
}

/** Connects, secures the stream, reads what is offered, and goes. Throws `StreamEnd`, or what the network throws. */
export async function probe(
  endpoint: Endpoint,
  trust: Trust,
  options: { readonly dns: Dns; readonly patience: number; readonly plain: boolean; readonly signal: AbortSignal },
): Promise<Probed> {
  const dialled = await dial([endpoint], trust, options);
  const stream = openStream(dialled, { trust, limits: DEFAULT_LIMITS, patience: options.patience });
  const over = (): void => stream.destroy(new StreamEnd('lost', 'it took too long'));
  options.signal.addEventListener('abort', over, { once: true });
  try {
    requireTls(stream, options.plain);
    const offered = new Promise<Element>((resolve) => stream.negotiation.onFeatures(resolve));
    await stream.open();
    const features = await Promise.race([offered, stream.ended.then((why) => Promise.reject(why))]);
    const socket = stream.tls();
    const certificate = socket?.getPeerX509Certificate();
    const ends = certificate?.validTo;
    return {
      protocol: socket?.getProtocol() ?? undefined,
      expires: ends === undefined ? undefined : Date.parse(ends),
      mechanisms: mechanismsIn(features.getChild('mechanisms', NS.sasl)),
      sasl2: mechanismsIn(features.getChild('authentication', NS.sasl2)),
      names: namesIn(certificate?.subjectAltName ?? ''),
    };
  } finally {
    options.signal.removeEventListener('abort', over);
    stream.hangUp('', 500, new StreamEnd('lost', 'seen enough'));
  }
}

function mechanismsIn(list: Element | undefined): string[] {
  return (list?.getChildren('mechanism') ?? []).slice(0, 50).map((one) => one.getText().trim().slice(0, 50));
}

/** As Node writes them: `DNS:a.example, IP Address:127.0.0.1`. */
function namesIn(alternatives: string): string[] {
  return [...alternatives.matchAll(/(?:DNS|IP Address):([^,\s"]+)/g)].slice(0, 50).map(([, name = '']) => name);
}
