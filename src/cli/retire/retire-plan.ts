import { z } from 'zod';

const accountPlan = z.object({ account: z.string(), leave: z.array(z.string()), keep: z.array(z.string()) });

/** What a retirement is to do, and what of it is done: the home's retire.json, so that one which broke off goes on. */
export const retirePlan = z.object({
  version: z.literal(1),
  /** UTC, ISO 8601. */
  begunAt: z.string(),
  accounts: z.array(accountPlan),
  /** The file that the messages go to, whole path; null for none. */
  export: z.string().nullable(),
  /** The server is not told: rooms and bookmarks stay as they are. */
  offline: z.boolean(),
  /** Names of steps, in the order in which they were done. */
  done: z.array(z.string()),
});

export type RetirePlan = z.output<typeof retirePlan>;
export type AccountPlan = z.output<typeof accountPlan>;
