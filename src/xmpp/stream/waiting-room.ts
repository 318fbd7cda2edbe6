import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';

/** Stanzas that wait for the next login, in order and bounded. */
interface WaitingRoom {
  add(text: string): Result<number>;
  /** All of them; it is empty then. */
  take(): string[];
}

const MAX_STANZAS = 1000;
const MAX_LENGTH = 4 * 1024 * 1024;

export function createWaitingRoom(): WaitingRoom {
  let texts: string[] = [];
  let length = 0;
  return {
    add(text) {
      if (texts.length >= MAX_STANZAS || length + text.length > MAX_LENGTH) {
        return fail('congested', 'Too many stanzas are waiting for the connection.');
      }
      texts.push(text);
      length += text.length;
      return ok(0);
    },
    take() {
      const taken = texts;
      texts = [];
      length = 0;
      return taken;
    },
  };
}
