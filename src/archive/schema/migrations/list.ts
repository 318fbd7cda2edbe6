import { up as first } from './001-first.ts';
import { up as ledger } from './002-ledger.ts';
import { up as retention } from './003-retention.ts';
import { up as relations } from './004-relations.ts';
import { up as bookmarks } from './005-bookmarks.ts';
import { up as whispers } from './006-private.ts';
import { up as quarantine } from './007-quarantine.ts';
import { up as outboxEnds } from './008-outbox-ends.ts';

/** In order, append-only: the n-th brings a database to `user_version` n. */
export const migrations: readonly string[] = [first, ledger, retention, relations, bookmarks, whispers, quarantine, outboxEnds];
