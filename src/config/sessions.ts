import { join } from 'node:path';
import { z } from 'zod';
import type { SessionStore } from '../frontends/web/server/access.ts';
import { readIfThere, writeWhole } from './files.ts';

const contents = z.array(z.tuple([z.string().regex(/^[0-9a-f]{64}$/), z.int()]));

/** The browsers that are logged in, in the home's sessions.json. If the file is unreadable, none is. */
export function openSessions(home: string): SessionStore {
  const path = join(home, 'sessions.json');
  return {
    read() {
      try {
        return contents.parse(JSON.parse(readIfThere(path) ?? '[]'));
      } catch {
        return []; // all that is lost: each browser needs a new login link
      }
    },
    write: (sessions) => writeWhole(path, `${JSON.stringify(sessions)}\n`),
  };
}
