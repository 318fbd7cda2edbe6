import { join } from 'node:path';
import { z } from 'zod';
import type { SessionStore } from '../frontends/web/server/access.ts';
import { readIfThere, writeWhole } from './files.ts';

const contents = z.array(z.tuple([z.string().regex(/^[0-9a-f]{64}$/), z.int()]));

/** The browsers that were let in, in the home's sessions.json. A file that cannot be read lets nobody in. */
export function openSessions(home: string): SessionStore {
  const path = join(home, 'sessions.json');
  return {
    read() {
      try {
        return contents.parse(JSON.parse(readIfThere(path) ?? '[]'));
      } catch {
        return []; // each browser then asks for a new address, which is all that is lost
      }
    },
    write: (sessions) => writeWhole(path, `${JSON.stringify(sessions)}\n`),
  };
}
