// What peers write into presences and errors is kept in memory and on disk: so that none of it is long.

/** Characters of a sentence: a reason, a status, an error's text. */
const SENTENCE = 1_000;
/** Characters of an address (RFC 7622 3.1: three parts of 1023 bytes) or an id. */
export const ADDRESS = 3_071;

/**
 * The text, cut where it is too long, and copied: a part of a stanza's text would hold the whole of it in memory.
 * `undefined` where there is none.
 */
export function short(value: unknown, length = SENTENCE): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  return Buffer.from(value.length > length ? value.slice(0, length) : value).toString();
}
