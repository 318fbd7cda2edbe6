import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { sentenceOf } from '../../../core/errors.ts';
import type { Access } from './access.ts';
import type { DaemonApi } from '../contract/contract.ts';
import { FILE_PATHS, serveFiles } from './files.ts';
import { refuseForgery, refuseHost, refuseOrigin, securityHeaders, type RequestRefusal } from './guard.ts';
import { plain, readPage, type Page } from './pages.ts';
import { router } from '../api/router.ts';
import { watchPage } from './page-watch.ts';

const API = '/api/';
const MOST_BODY = 512 * 1024; // bytes
const MOST_STREAMS = 24;

export interface WebOptions {
  readonly api: DaemonApi;
  readonly access: Access;
  /** The port that we listen on. */
  readonly port: () => number;
  /** The directory of the built page. */
  readonly pages: string;
  readonly log: (level: 'warn' | 'error', message: string, about?: object) => void;
}

/** Answers everything that comes in on the loopback port: the page, its one-time entrance and the API. */
export function createWeb(options: WebOptions): (request: IncomingMessage, response: ServerResponse) => void {
  const callApi = createApi(options);
  return (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    response.setHeader('cache-control', 'no-store');
    const refusal = refuseHost(request, options.port()) ?? refuseOrigin(request);
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (refusal) sendRefusal(response, refusal);
    else if (path.startsWith(API)) callApi(request, response, path.slice(API.length));
    else if (FILE_PATHS.includes(path)) callFiles(options, request, response, path);
    else {
      givePage(options, request, response, path).catch((error: unknown) => {
        options.log('error', 'a page could not be read', { error: sentenceOf(error) });
        if (!response.headersSent) sendPage(response, plain(500, 'The page could not be read.'), true);
      });
    }
  };
}

function callFiles({ access, api, log }: WebOptions, request: IncomingMessage, response: ServerResponse, path: string): void {
  const { authorization, cookie } = request.headers;
  const caller = access.whoIs({ authorization, cookie });
  const refusal = caller === undefined ? unknown : caller === 'page' ? refuseForgery(request) : undefined;
  if (refusal) {
    sendRefusal(response, refusal);
    return;
  }
  serveFiles(api.files, request, response, path).catch((error: unknown) => {
    log('error', 'a file could not be handed on', { error: sentenceOf(error) });
    if (!response.headersSent) sendRefusal(response, { status: 500, code: 'internal', message: 'Minimix failed; its log says why.' });
    else response.destroy();
  });
}

async function givePage(
  options: WebOptions,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const { access } = options;
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    sendPage(response, plain(405, 'Pages can only be read.'), true);
    return;
  }
  const watched = watchPage(options.api, access, request, path);
  if (watched) {
    sendPage(response, watched, method === 'GET');
    return;
  }
  const ticket =
    path === '/' && method === 'GET' ? new URLSearchParams(request.url?.slice(2)).get('t') : null;
  const session = ticket === null ? undefined : access.exchange(ticket);
  if (session !== undefined) {
    response.setHeader('set-cookie', `${access.cookieName()}=${session}; Path=/; HttpOnly; SameSite=Strict`);
    response.writeHead(303, { location: '/' }).end();
    return;
  }
  const known = access.whoIs({ authorization: undefined, cookie: request.headers.cookie }) !== undefined;
  if (known && ticket !== null) response.writeHead(303, { location: '/' }).end();
  else if (known) sendPage(response, await readPage(options.pages, path), method === 'GET');
  else {
    const why =
      ticket === null ? 'This browser is not logged in' : 'This login link was used before or has expired';
    sendPage(
      response,
      plain(401, `${why}: open the login link that \`minimix page\` prints.`),
      method === 'GET',
    );
  }
}

function createApi(options: WebOptions) {
  const { access, api, log } = options;
  let streams = 0;
  return (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const { authorization, cookie } = request.headers;
    const caller = access.whoIs({ authorization, cookie });
    const refusal =
      (caller === undefined ? unknown : undefined) ??
      (caller === 'page' ? refuseForgery(request) : undefined) ??
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
    void nodeHTTPRequestHandler({
      router,
      req: request,
      res: response,
      path,
      maxBodySize: MOST_BODY,
      allowBatching: false,
      createContext: () => ({ api }),
      onError: ({ error, path: procedure }) => {
        if (error.code !== 'INTERNAL_SERVER_ERROR') return;
        log('error', 'an API call failed', {
          procedure,
          error: sentenceOf(error.cause ?? error),
          stack: error.stack,
        });
      },
    }); // never rejects
  };
}

const unknown: RequestRefusal = { status: 401, code: 'unauthorized', message: 'You are not logged in.' };
// tRPC would decode the path: what is counted by name must have one spelling.
const noSuchCall: RequestRefusal = { status: 404, code: 'not-found', message: 'The API has no such call.' };
const tooLarge: RequestRefusal = { status: 413, code: 'too-large', message: 'The request is too large.' };
const tooMany: RequestRefusal = { status: 503, code: 'too-many-readers', message: 'Too many pages are open.' };

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
