/** What happened in each room: our own ways in and out with their causes, and those of others. Bounded by room. */
export const up = `
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
  room TEXT NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  others INTEGER NOT NULL,
  nick TEXT,
  text TEXT
) STRICT;
CREATE INDEX ledger_room ON ledger (account, room, others, id);
`;
