import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { sentenceOf } from '../../../core/errors.ts';
import type { Access } from './access.ts';
import type { DaemonApi } from '../contract/contract.ts';
import { FILE_PATHS, serveFiles } from './files.ts';
import type { Connections } from './connections.ts';
import { refuseHost, refuseOrigin, refuseUser, securityHeaders, type Caller, type RequestRefusal } from './guard.ts';
import { plain, readPage, type Page } from './pages.ts';
import { router } from '../api/router.ts';
import { watchPage } from './page-watch.ts';
import { createWrongTokens } from './wrong-tokens.ts';
import { inBackground } from '../../../core/background.ts';

const API = '/api/';
const LOGIN = '/login';
const WATCHED: readonly string[] = ['/health', '/metrics'];
const MOST_BODY = 512 * 1024; // bytes
const MOST_STREAMS = 24;

interface WebOptions {
  readonly api: DaemonApi;
  readonly access: Access;
  readonly connections: Connections;
  /** The user whose page it is; `undefined` if other users of this computer are allowed too. */
  readonly owner: number | undefined;
  readonly now: () => number;
  /** The port that we listen on. */
  readonly port: () => number;
  /** The directory of the built page. */
  readonly pages: string;
  readonly log: (level: 'warn' | 'error', message: string, about?: object) => void;
}

/** Who asks, or why the request is refused and after how many milliseconds that is answered. */
type Asked = { readonly caller: Caller } | { readonly refusal: RequestRefusal; readonly after: number };

/** Answers everything that comes in on the loopback port: the page, its login and the API. */
export function createWeb(options: WebOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const { access, connections } = options;
  const wrong = createWrongTokens(options.now);
  const callApi = createApi(options);

  function whoAsks({ headers, socket }: IncomingMessage): Asked {
    const caller = access.whoIs(headers.authorization);
    if (caller === undefined) return { refusal: unknown, after: headers.authorization === undefined ? 0 : wrong(connections.userOf(socket)) };
    connections.trust(socket);
    return { caller };
  }

  /** The page's script exchanges the ticket in its address for the token that it sends from then on. */
  function logIn(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST') return sendRefusal(response, noSuchCall);
    const ticket = /^Ticket ([\w-]{1,200})$/.exec(request.headers.authorization ?? '')?.[1];
    const token = ticket === undefined ? undefined : access.exchange(ticket);
    if (token === undefined) return refuseLater(response, usedBefore, wrong(connections.userOf(request.socket)));
    connections.trust(request.socket);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }));
  }

  return (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    response.setHeader('cache-control', 'no-store');
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const refusal =
      refuseHost(request, options.port()) ??
      refuseOrigin(request) ??
      // what is watched by a program of the system has a setting of its own, and names nothing
      (WATCHED.includes(path) ? undefined : refuseUser(connections.userOf(request.socket), options.owner));
    if (refusal) return sendRefusal(response, refusal);
    if (path === LOGIN) return logIn(request, response);
    if (path.startsWith(API)) {
      const asked = whoAsks(request);
      if ('refusal' in asked) refuseLater(response, asked.refusal, asked.after);
      else callApi(request, response, path.slice(API.length));
    } else if (FILE_PATHS.includes(path)) {
      const asked = request.method === 'GET' && access.isSigned(request.url ?? '') ? undefined : whoAsks(request);
      if (asked && 'refusal' in asked) refuseLater(response, asked.refusal, asked.after);
      else callFiles(options, { request, response, path });
    } else {
      givePage(options, { request, response, path }).catch((error: unknown) => {
        options.log('error', 'a page could not be read', { error: sentenceOf(error) });
        if (!response.headersSent) sendPage(response, plain(500, 'The page could not be read.'), true);
      });
    }
  };
}

function callFiles({ api, log }: WebOptions, { request, response, path }: { request: IncomingMessage; response: ServerResponse; path: string }): void {
  serveFiles(api.files, { request, response, path }).catch((error: unknown) => {
    log('error', 'a file could not be handed on', { error: sentenceOf(error) });
    if (!response.headersSent) sendRefusal(response, { status: 500, code: 'internal', message: 'The daemon failed; its log says why.' });
    else response.destroy();
  });
}

async function givePage(options: WebOptions, { request, response, path }: { request: IncomingMessage; response: ServerResponse; path: string }): Promise<void> {
  const { access } = options;
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    sendPage(response, plain(405, 'Pages can only be read.'), true);
    return;
  }
  const watched = watchPage(options.api, { access, request, path });
  if (watched) {
    sendPage(response, watched, method === 'GET');
    return;
  }
  // The page itself has no data: it asks for all that it shows with its token.
  sendPage(response, await readPage(options.pages, path), method === 'GET');
}

function createApi(options: WebOptions) {
  const { access, api, log } = options;
  let streams = 0;
  return (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const refusal =
      // tRPC would decode the path, but calls are counted by name, so each name must have one spelling.
      (/^[a-z]+(\.[a-z]+)?$/i.test(path) ? undefined : noSuchCall) ??
      (Number(request.headers['content-length'] ?? 0) > MOST_BODY ? tooLarge : undefined) ??
      (path === 'events' && streams >= MOST_STREAMS ? tooMany : undefined);
    if (refusal) {
      sendRefusal(response, refusal);
      return;
    }
    if (path === 'events') {
      streams += 1;
      response.once('close', () => {
        streams -= 1;
      });
    }
    inBackground(log, 'answering an API call', nodeHTTPRequestHandler({
      router,
      req: request,
      res: response,
      path,
      maxBodySize: MOST_BODY,
      allowBatching: false,
      createContext: () => ({ api, sign: access.sign }),
      onError: ({ error, path: procedure }) => {
        if (error.code !== 'INTERNAL_SERVER_ERROR') return;
        log('error', 'an API call failed', {
          procedure,
          error: sentenceOf(error.cause ?? error),
          stack: error.stack,
        });
      },
    }));
  };
}

const unknown: RequestRefusal = { status: 401, code: 'unauthorized', message: 'You are not logged in.' };
const usedBefore: RequestRefusal = { status: 401, code: 'unauthorized', message: 'This address was used before, or is too old: open the address that `minimix page` prints.' };
const noSuchCall: RequestRefusal = { status: 404, code: 'not-found', message: 'The API has no such call.' };
const tooLarge: RequestRefusal = { status: 413, code: 'too-large', message: 'The request is too large.' };
const tooMany: RequestRefusal = { status: 503, code: 'too-many-readers', message: 'Too many pages are open.' };

/** Refuses a request, after the delay. */
function refuseLater(response: ServerResponse, refusal: RequestRefusal, after: number): void {
  if (after === 0) return sendRefusal(response, refusal);
  const timer = setTimeout(() => sendRefusal(response, refusal), after);
  response.once('close', () => clearTimeout(timer));
}

/** In the shape of tRPC's errors, so that its client reads the sentence. */
function sendRefusal(response: ServerResponse, refusal: RequestRefusal): void {
  const { status, code, message } = refusal;
  const error = { code: -32_000, message, data: { code: 'REFUSED', httpStatus: status, fault: code } };
  // The rest of the request is not read: the connection ends with the answer.
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ error }));
}

function sendPage(response: ServerResponse, page: Page, withBody: boolean): void {
  if (page.lasting) response.setHeader('cache-control', 'private, max-age=31536000, immutable');
  response.writeHead(page.status, {
    'content-type': page.type,
    'content-length': Buffer.byteLength(page.body),
  });
  response.end(withBody ? page.body : undefined);
}
