// What the matrix asks of a stock client, whichever it is.

/** What is looked at, in this order; each is a column of the matrix. */
export const COLUMNS = [
  'login', 'bookmarks', 'join', 'live', 'say', 'nick', 'private', 'chats', 'carbons', 'kick', 'leave, rejoin', 'away, back', 'chats away', 'daemon killed',
] as const;
export type Column = (typeof COLUMNS)[number];

/** Where a client logs in, and as whom: the server itself, or the bouncer. */
export interface Login {
  readonly jid: string;
  readonly password: string;
  readonly host: string;
  /** STARTTLS. */
  readonly port: number;
  /** The authority's PEM file. */
  readonly ca: string;
  /** RFC 7395; undefined where there is none. */
  readonly websocket: string | undefined;
}

/** A client as a person has it in front of them. Each call resolves once the client was told, not once it is done. */
export interface RunningClient {
  join(room: string, nick: string): Promise<void>;
  say(room: string, text: string): Promise<void>;
  nick(room: string, nick: string, before: string): Promise<void>;
  leave(room: string, nick: string): Promise<void>;
  whisper(room: string, nick: string, text: string): Promise<void>;
  chat(jid: string, text: string): Promise<void>;
  /** Looks at what was said with somebody: some ask the archive only then. */
  open?(jid: string): Promise<void>;
  /**
   * The texts that it holds, in its order: out of its own database, or of its log since it was started. What stands there twice is
   * given twice.
   */
  heard(): Promise<readonly string[]>;
  /** Ends it as a person does. */
  quit(): Promise<void>;
}

export interface StockClient {
  readonly name: string;
  /** As `scripts/need.ts` knows them. */
  readonly needs: readonly string[];
  /** What the client itself cannot do, or offers no way for a script to ask, and why: a footnote, and no “no”. */
  readonly cannot: Readonly<Partial<Record<Column, string>>>;
  /** It speaks RFC 7395 alone. */
  readonly websocketOnly?: boolean;
  /** Starts it with all that it keeps in `dir`; a second start there is the same client again. */
  start(login: Login, dir: string): Promise<RunningClient>;
}
