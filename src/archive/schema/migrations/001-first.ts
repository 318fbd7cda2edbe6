/**
 * The archive. What repeats (account, room, nick, occupant-id, real JID) is a number. `message.id` is the archive id;
 * `ord` is the message's place in its room, in microseconds; `doc` its place in the full-text index, by time over
 * all rooms, in milliseconds since 2000; `lag` is arrival minus room time; `sid` is 48 bits of the stanza-id's hash.
 * The texts of a message are a row of `stanza`, or, when it is old, lie compressed in a `block` with others'; up to
 * `chat.frozen` (an `ord`) a room has been seen to.
 */
export const up = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE account (id INTEGER PRIMARY KEY, jid TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE chat (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  room TEXT NOT NULL,
  replay_floor INTEGER,
  replay_at INTEGER,
  replay_loose INTEGER,
  skew INTEGER NOT NULL DEFAULT 0,
  frozen INTEGER NOT NULL DEFAULT 0,
  UNIQUE (account, room)
) STRICT;
CREATE TABLE term (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  chat INTEGER NOT NULL REFERENCES chat ON DELETE CASCADE,
  ord INTEGER NOT NULL,
  doc INTEGER,
  kind INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  nick INTEGER,
  occupant INTEGER,
  real_jid INTEGER,
  arrived INTEGER NOT NULL,
  lag INTEGER NOT NULL,
  sid INTEGER,
  block INTEGER
) STRICT;
CREATE INDEX message_order ON message (chat, ord);
CREATE INDEX message_cursor ON message (chat);
CREATE INDEX message_doc ON message (doc) WHERE doc IS NOT NULL;
CREATE INDEX message_stanza ON message (chat, sid) WHERE sid IS NOT NULL;
CREATE TABLE stanza (
  message INTEGER PRIMARY KEY,
  stanza_id TEXT,
  mid TEXT,
  origin_id TEXT,
  subject TEXT,
  body TEXT,
  xml TEXT
) STRICT;
CREATE TABLE block (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE VIRTUAL TABLE word USING fts5 (
  text, mark, content='', contentless_delete=1,
  tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co So M*'"
);
CREATE TABLE gap (
  id INTEGER PRIMARY KEY,
  chat INTEGER NOT NULL REFERENCES chat ON DELETE CASCADE,
  begins INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  cause TEXT NOT NULL
) STRICT;
CREATE INDEX gap_chat ON gap (chat);
CREATE TABLE room (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  room TEXT NOT NULL,
  membership TEXT NOT NULL,
  wanted INTEGER NOT NULL,
  nick TEXT,
  password TEXT,
  subject TEXT,
  PRIMARY KEY (account, room)
) STRICT, WITHOUT ROWID;
CREATE TABLE occupant (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  room TEXT NOT NULL,
  nick TEXT NOT NULL,
  occupant TEXT NOT NULL,
  xml TEXT NOT NULL,
  PRIMARY KEY (account, room, nick)
) STRICT, WITHOUT ROWID;
CREATE TABLE stream (account INTEGER PRIMARY KEY REFERENCES account ON DELETE CASCADE, state TEXT NOT NULL) STRICT;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  room TEXT NOT NULL,
  origin_id TEXT NOT NULL,
  xml TEXT NOT NULL,
  created INTEGER NOT NULL,
  stream TEXT,
  outbound INTEGER,
  state TEXT NOT NULL
) STRICT;
CREATE TABLE cursor (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  owner TEXT NOT NULL,
  room TEXT NOT NULL,
  archive_id INTEGER NOT NULL,
  PRIMARY KEY (account, owner, room)
) STRICT, WITHOUT ROWID;
CREATE TABLE value (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
`;
