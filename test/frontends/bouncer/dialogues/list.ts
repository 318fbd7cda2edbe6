import { account } from './account.ts';
import { entering } from './entering.ts';
import { managing } from './managing.ts';
import { talking } from './talking.ts';
import type { Dialogues } from './stage.ts';

/** All dialogues, by name: `XEP-0045 7.2.2: alice enters`. */
export const dialogues: Dialogues = { ...entering, ...talking, ...managing, ...account };
