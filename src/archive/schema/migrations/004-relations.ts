/**
 * What a message says of another one (XEP-0308, 0424, 0444, 0461), as it says it. `target` is 48 bits of the hash of
 * the id that is corrected, retracted or reacted to, by which a message finds what was said of it.
 */
export const up = `
CREATE TABLE relation (
  message INTEGER PRIMARY KEY,
  chat INTEGER NOT NULL,
  target INTEGER,
  replaces TEXT,
  retracts TEXT,
  reacts_to TEXT,
  replies_to TEXT
) STRICT;
CREATE INDEX relation_target ON relation (chat, target) WHERE target IS NOT NULL;
`;
