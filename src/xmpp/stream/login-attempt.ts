import { bareOf, domainOf } from '../../core/jid.ts';
import type { ConnectionOptions, StreamLimits, StreamState } from '../contract.ts';
import { dial } from '../transport/dial.ts';
import type { Dialled } from '../transport/dial.ts';
import { StreamEnd, asEnd } from '../faults.ts';
import { login } from './login.ts';
import type { Login } from './login.ts';
import { endpointsOf, parseHostPort } from '../transport/resolve.ts';
import type { Dns, Endpoint } from '../transport/resolve.ts';
import { DEFAULT_LIMITS } from '../transport/splitter.ts';
import type { Stream } from './stream.ts';
import type { Trust } from '../transport/tls.ts';
import { unlessAborted } from './waiting.ts';

export type OpenStream = (dialled: Dialled, options: { trust: Trust; limits: StreamLimits; patience: number }) => Stream;

interface LoginAttempts {
  /**
   * Finds the server, connects and logs in, all within the deadline. `opened` is told of the stream as soon
   * as there is one. Throws `StreamEnd`.
   */
  logIn(
    how: {
      readonly resource: string;
      readonly resume: StreamState | undefined;
      readonly redirect: Endpoint | undefined;
    },
    signal: AbortSignal,
    opened: (stream: Stream) => void,
  ): Promise<{ stream: Stream; login: Login }>;
}

const CONNECT_PATIENCE = 10_000;

/** Attempts to log in to one account's server, each of them at the endpoint that is due. */
export function createLoginAttempts(
  options: ConnectionOptions,
  deadline: number,
  { dns, openStream }: { readonly dns: Dns; readonly openStream: OpenStream },
): LoginAttempts {
  const trust: Trust = { domain: domainOf(bareOf(options.jid)), ca: options.ca, pin: options.pin };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  /** Where to begin in the list: one that takes connections but logs nobody in must not starve the rest. */
  let offset = 0;

  async function candidates(resume: StreamState | undefined): Promise<Endpoint[]> {
    const direct = options.directTls === true;
    const named = options.server ? [{ ...options.server, direct }] : await endpointsOf(trust.domain, dns);
    const preferred = parseHostPort(resume?.location ?? '');
    return preferred ? [{ ...preferred, direct }, ...named] : named;
  }

  const logIn: LoginAttempts['logIn'] = async ({ resource, resume, redirect }, outer, opened) => {
    const inner = new AbortController();
    const late = new StreamEnd('lost', 'login timed out');
    const clock = setTimeout(() => inner.abort(late), deadline);
    const giveUp = (): void => inner.abort(new StreamEnd('lost', 'stopped'));
    outer.addEventListener('abort', giveUp, { once: true });
    const { signal } = inner;
    let stream: Stream | undefined;
    signal.addEventListener('abort', () => stream?.destroy(asEnd(signal.reason)), { once: true });
    try {
      const endpoints = redirect ? [redirect] : await unlessAborted(signal, candidates(resume));
      const first = offset % endpoints.length;
      const rotated = [...endpoints.slice(first), ...endpoints.slice(0, first)];
      const patience = Math.min(CONNECT_PATIENCE, Math.ceil(deadline / 2));
      const dialled = await dial(rotated, trust, { dns, patience, signal });
      stream = openStream(dialled, { trust, limits, patience: deadline });
      opened(stream);
      offset = first + dialled.index + 1;
      const done = await Promise.race([
        login(stream, { account: options, resource, resume }),
        // Whatever the login waits for (a keyring, say), the end of the stream ends it.
        stream.ended.then((why) => Promise.reject(why)),
      ]);
      offset = first + dialled.index;
      return { stream, login: done };
    } catch (error) {
      stream?.hangUp('', 500, asEnd(error));
      throw asEnd(error);
    } finally {
      clearTimeout(clock);
      outer.removeEventListener('abort', giveUp);
    }
  };

  return { logIn };
}
