import type { IncomingMessage } from 'node:http';
import type { Access } from './access.ts';
import type { DaemonApi } from '../contract/contract.ts';
import { plain, type Page } from './pages.ts';

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3})$/;

/**
 * /health and /metrics, without a login, for monitoring from this computer: 503 if the daemon has problems.
 * Requests from elsewhere, through a proxy (which has this computer's address), or from pages of other sites get 404.
 */
export function watchPage(api: DaemonApi, { access, request, path }: { access: Access; request: IncomingMessage; path: string }): Page | undefined {
  if (path !== '/health' && path !== '/metrics') return undefined;
  const { health, metrics } = api.watch.offers();
  if (!(path === '/health' ? health : metrics) || !isFromHere(request)) return plain(404, 'This page does not exist.');
  const named = access.whoIs(request.headers.authorization) !== undefined;
  if (path === '/metrics') return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: api.watch.metrics(named), lasting: false };
  const report = api.watch.health(named);
  return { status: report.status === 'ok' ? 200 : 503, type: 'application/json', body: `${JSON.stringify(report, undefined, 2)}\n`, lasting: false };
}

function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined)) return false;
  return LOOPBACK.test(socket.remoteAddress ?? '');
}
