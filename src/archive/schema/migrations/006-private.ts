/** Private messages of a room (kind 7) without going through all that was said in it. */
export const up = 'CREATE INDEX message_private ON message (chat, ord) WHERE kind = 7;';
