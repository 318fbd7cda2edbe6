/** How many streams the server has ended over a message that waits to be sent, and what it said the last time. */
export const up = `
ALTER TABLE outbox ADD COLUMN ends INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN cause TEXT;
`;
