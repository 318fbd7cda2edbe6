// An XMPP server that does what its script says: for what no real one would do.
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { TLSSocket, createServer as createTlsServer } from 'node:tls';
import { until, feed } from '../until.ts';
import type { Feed } from '../until.ts';
import { portOf } from './server.ts';

export interface ScriptedOptions {
  readonly domain?: string;
  readonly user?: string;
  readonly password?: string;
  /** PEM: offered by STARTTLS, or spoken from the first byte with `directTls`. Without it there is no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly directTls?: boolean;
  /** The port of a server that was there before. */
  readonly port?: number;
}

export interface ScriptedServer {
  readonly port: number;
  readonly domain: string;
  /** Every connection that came. */
  readonly peers: Feed<Peer>;
  /** The next connection that no test has taken yet. */
  next(): Promise<Peer>;
  stop(): Promise<void>;
}

export interface LoginScript {
  /** What SASL offers; the server itself knows SCRAM and PLAIN. */
  readonly mechanisms?: readonly string[];
  readonly iterations?: number;
  /** What stands in <success/>: the right signature where nothing is said. */
  readonly success?: (right: string) => string;
  /** Offer stream management. */
  readonly sm?: boolean;
  /** More stream features, beside binding and stream management. */
  readonly features?: string;
  readonly resource?: string;
  /** Bind the resource that is asked for. */
  readonly asked?: boolean;
  /** The answer to <resume/>; `<resumed/>` with `h` where nothing is said. */
  readonly resumed?: { readonly h: number } | 'failed';
  /** Attributes of <enabled/>. */
  readonly enabled?: string;
  /** What comes with the answer to binding, before the login is done. */
  readonly before?: string;
}

export type Peer = ReturnType<typeof createPeer>;

const CLIENT = 'jabber:client';
const STREAMS = 'http://etherx.jabber.org/streams';
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const SM = 'urn:xmpp:sm:3';

/** Listens on loopback. Each connection waits for its script. */
export async function startScripted(options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const domain = options.domain ?? 'scripted.test';
  const settings = { ...options, domain, user: options.user ?? 'romeo', password: options.password ?? 'pencil' };
  const peers = feed<Peer>(() => 'a connection');
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    peers.push(createPeer(socket, settings));
  };
  const server: Server = options.directTls && options.tls
    ? createTlsServer({ ...options.tls, ALPNProtocols: ['xmpp-client'] }, take)
    : createServer({ noDelay: true }, take);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  return {
    port,
    domain,
    peers,
    next: () => peers.next(() => true, { what: 'a connection' }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function createPeer(first: Socket, settings: ScriptedOptions & { domain: string; user: string; password: string }) {
  let socket = first;
  let text = '';
  /** All that this client ever sent. */
  let all = '';
  let closed = false;

  function attach(next: Socket): void {
    socket = next;
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8');
      all += bytes.toString('utf8');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => (closed = true));
  }
  attach(first);

  /** Waits for text that fits, and takes all up to its end. */
  async function expect(pattern: RegExp): Promise<RegExpExecArray> {
    let match: RegExpExecArray | null = null;
    await until(() => (match = pattern.exec(text)) ?? closed, { what: `${String(pattern)} from the client` });
    if (match === null) throw new Error(`the client hung up before ${String(pattern)}; it sent ${all.slice(-500)}`);
    const found: RegExpExecArray = match;
    text = text.slice(found.index + found[0].length);
    return found;
  }

  const send = (data: string | Uint8Array): void => void socket.write(data);

  async function header(features: string): Promise<void> {
    await expect(/<stream:stream[^>]*>/);
    send(`<?xml version='1.0'?><stream:stream xmlns='${CLIENT}' xmlns:stream='${STREAMS}' version='1.0' ` +
      `from='${settings.domain}' id='${Math.random().toString(36).slice(2)}'><stream:features>${features}</stream:features>`);
  }

  async function startTls(injected = ''): Promise<TLSSocket> {
    await header(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>`);
    await expect(/<starttls[^>]*>/);
    send(`<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${injected}`);
    socket.removeAllListeners('data');
    const upgraded = new TLSSocket(socket, { isServer: true, ...settings.tls });
    const secured = once(upgraded, 'secure');
    attach(upgraded);
    await secured;
    return upgraded;
  }

  async function authenticate({ mechanisms = ['SCRAM-SHA-1'], iterations = 1000, success }: LoginScript = {}): Promise<string> {
    await header(`<mechanisms xmlns='${SASL}'>${mechanisms.map((m) => `<mechanism>${m}</mechanism>`).join('')}</mechanisms>`);
    const [, attributes = '', initial = ''] = await expect(/<auth([^>]*)>([^<]*)<\/auth>/);
    const mechanism = /mechanism=["']([^"']+)/.exec(attributes)?.[1] ?? '';
    if (mechanism === 'PLAIN') {
      send(`<success xmlns='${SASL}'/>`);
      return mechanism;
    }
    const bare = decode(initial).replace(/^[^,]*,[^,]*,/, '');
    const nonce = `${/r=([^,]+)/.exec(bare)?.[1]}server`;
    const challenge = `r=${nonce},s=${Buffer.from('salt of the test').toString('base64')},i=${iterations}`;
    send(`<challenge xmlns='${SASL}'>${encode(challenge)}</challenge>`);
    const [, response = ''] = await expect(/<response[^>]*>([^<]*)<\/response>/);
    const { signature, proved } = verify(mechanism, settings.password, iterations, bare, challenge, decode(response));
    if (!proved) {
      send(`<failure xmlns='${SASL}'><not-authorized/></failure>`);
      return mechanism;
    }
    send(`<success xmlns='${SASL}'>${success ? success(signature) : encode(`v=${signature}`)}</success>`);
    return mechanism;
  }

  /** From SASL on: TLS, where the script wants it, is done before. Resolves with how the client came in. */
  async function logIn(script: LoginScript = {}): Promise<'bound' | 'resumed'> {
    await authenticate(script);
    const sm = script.sm === false ? '' : `<sm xmlns='${SM}'/>`;
    await header(`<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>${sm}${script.features ?? ''}`);
    const [, resume] = await expect(/(<resume\b[^>]*>)|<bind[^>]*>/);
    if (resume !== undefined) {
      const previd = /previd=["']([^"']+)/.exec(resume)?.[1];
      if (script.resumed !== 'failed') {
        send(`<resumed xmlns='${SM}' previd='${previd}' h='${script.resumed?.h ?? 0}'/>`);
        return 'resumed';
      }
      send(`<failed xmlns='${SM}'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>`);
      await expect(/<bind[^>]*>/);
    }
    const id = /<iq[^>]*\bid=["']([^"']+)[^]*<bind/.exec(all.slice(all.lastIndexOf('<iq')))?.[1];
    await expect(/<\/iq>/);
    const asked = /<resource>([^<]+)/.exec(all.slice(all.lastIndexOf('<iq')))?.[1] ?? 'bound';
    const jid = `${settings.user}@${settings.domain}/${script.asked ? asked : (script.resource ?? 'bound')}`;
    send(`<iq type='result' id='${id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>${jid}</jid></bind></iq>${script.before ?? ''}`);
    if (script.sm === false) return 'bound';
    await expect(/<enable\b[^>]*>/);
    send(`<enabled xmlns='${SM}' ${script.enabled ?? `id='stream-1' resume='true'`}/>`);
    return 'bound';
  }

  return {
    get socket(): Socket {
      return socket;
    },
    sent: (): string => all,
    closed: (): Promise<boolean> => until(() => closed, { what: 'the client to hang up' }),
    expect,
    send,
    header,
    startTls,
    authenticate,
    logIn,
    /** Sends in pieces, each on its way before the next. */
    async dribble(data: Uint8Array, size: number): Promise<void> {
      for (let at = 0; at < data.length; at += size) {
        await new Promise<void>((resolve) => socket.write(data.subarray(at, at + size), () => resolve()));
      }
    },
    destroy: (): void => void socket.destroy(),
    /** A TCP RST. */
    reset: (): void => void first.resetAndDestroy(),
  };
}

function verify(mechanism: string, password: string, iterations: number, bare: string, challenge: string, final: string) {
  const hash = mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha1';
  const hmac = (key: Buffer, message: string): Buffer => createHmac(hash, key).update(message).digest();
  const salted = pbkdf2Sync(password, 'salt of the test', iterations, hash === 'sha1' ? 20 : 32, hash);
  const [withoutProof = '', proof = ''] = final.split(',p=');
  const auth = `${bare},${challenge},${withoutProof}`;
  const stored = createHash(hash).update(hmac(salted, 'Client Key')).digest();
  const signature = hmac(stored, auth);
  const key = Buffer.from(proof, 'base64').map((byte, at) => byte ^ (signature[at] ?? 0));
  return {
    proved: createHash(hash).update(key).digest().equals(stored),
    signature: hmac(hmac(salted, 'Server Key'), auth).toString('base64'),
  };
}

const encode = (plain: string): string => Buffer.from(plain).toString('base64');
const decode = (base64: string): string => Buffer.from(base64, 'base64').toString();
