/** Stanzas that could not be taken, each with the reason: what is passed over is on record. Bounded by account. */
export const up = `
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  at INTEGER NOT NULL,
  sender TEXT,
  kind TEXT NOT NULL,
  size INTEGER NOT NULL,
  cause TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX quarantine_account ON quarantine (account, id);
`;
