import type { PassedOver } from './stanza.ts';

/** What a login or a stream ended of, and what to do about it. */
type EndKind =
  /** Try again, by the backoff. */
  | 'lost'
  /** The peer broke the protocol: try again, but never take that stream up again. */
  | 'broken'
  /** What came is no XML: the stream can be taken up again, and what is unreadable left out where it comes twice. */
  | 'unreadable'
  /** The server ended it over its policy: what we sent was too large, or too much. */
  | 'policy'
  /** The server ended it over what we sent, and not over its size: as no XML, or as what no stream may have. */
  | 'rejected'
  /** What came could not be kept here: the server is not to blame. */
  | 'unkept'
  /** Another session took our resource: wait longer, use another one. */
  | 'conflict'
  /** The server sent us to another host. */
  | 'moved'
  /** A person has to do something first. */
  | 'refused';

/** The end of an attempt or of a stream, told in one sentence. Never a crash. */
export class StreamEnd extends Error {
  override name = 'StreamEnd';
  readonly kind: EndKind;
  /** Where `moved` leads. */
  readonly host: string | undefined;
  /** The stanza that `unreadable` is about, where it is about one. */
  readonly broken: PassedOver | undefined;
  /** SHA-256 of the certificate that is not trusted, 64 lower-case digits. */
  readonly certificate: string | undefined;
  constructor(kind: EndKind, message: string, more: { cause?: unknown; host?: string; broken?: PassedOver | undefined; certificate?: string } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.host = more.host;
    this.broken = more.broken;
    this.certificate = more.certificate;
  }
}

/** Any error as the end of a stream: unknown ones are `lost`. */
export function asEnd(error: unknown): StreamEnd {
  if (error instanceof StreamEnd) return error;
  return new StreamEnd('lost', error instanceof Error ? error.message : String(error), { cause: error });
}
