import { z } from 'zod';

const accountPlan = z.object({ account: z.string(), leave: z.array(z.string()), keep: z.array(z.string()) });

/** What a retirement has to do and which steps are done. It is the home's retire.json, so that a second run can continue. */
export const retirePlan = z.object({
  version: z.literal(1),
  /** UTC, ISO 8601. */
  begunAt: z.string(),
  accounts: z.array(accountPlan),
  /** The absolute path that messages are exported to; null for no export. */
  export: z.string().nullable(),
  /** Do not contact the server: rooms and bookmarks stay as they are. */
  offline: z.boolean(),
  /** Names of steps, in the order in which they were done. */
  done: z.array(z.string()),
});

export type RetirePlan = z.output<typeof retirePlan>;
export type AccountPlan = z.output<typeof accountPlan>;
