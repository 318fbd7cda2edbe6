import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import { MinimixError } from '../../../core/errors.ts';
import type { AppRouter } from '../api/router.ts';

/** A daemon's address and its token, from daemon.json in its home. */
export interface DaemonAddress {
  readonly pid: number;
  readonly url: string;
  readonly token: string;
}

/** The API of a running daemon, every call typed. */
export function connectTo(daemon: DaemonAddress) {
  return createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${daemon.url}/api`, headers: { authorization: `Bearer ${daemon.token}` } })],
  });
}

export type DaemonClient = ReturnType<typeof connectTo>;

/** The fingerprint of the certificate that was not trusted, in an error of the code `untrusted`. */
export function certificateOf(error: unknown): string | undefined {
  const data: unknown = error instanceof TRPCClientError ? error.data : undefined;
  return data !== null && typeof data === 'object' && 'certificate' in data && typeof data.certificate === 'string' ? data.certificate : undefined;
}

/** What went wrong with a call, as a code and one sentence; `no-daemon` where nobody answered. */
export function faultOf(error: unknown): MinimixError | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data: unknown = error.data;
  if (data !== null && typeof data === 'object' && 'fault' in data && typeof data.fault === 'string') {
    return new MinimixError(data.fault, error.message, error);
  }
  return new MinimixError('no-daemon', 'Minimix does not answer.', error);
}
