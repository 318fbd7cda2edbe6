/**
 * Bookmarks: what each place holds (`list` is the agreed one, else a storage), as JSON of `core/bookmark.ts`; and every
 * change that was ever seen.
 */
export const up = `
CREATE TABLE bookmark (
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  place TEXT NOT NULL,
  room TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (account, place, room)
) STRICT, WITHOUT ROWID;
CREATE TABLE bookmark_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  at INTEGER NOT NULL,
  storage TEXT NOT NULL,
  room TEXT NOT NULL,
  before TEXT,
  after TEXT,
  cause TEXT NOT NULL
) STRICT;
CREATE INDEX bookmark_log_account ON bookmark_log (account, id);
`;
