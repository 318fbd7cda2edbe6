import { z } from 'zod';
import { serverAddress } from '../account/settings.ts';

/** Port 0 takes any that is free. */
const endpoint = serverAddress.extend({ port: z.int().min(0).max(65_535) });

/** The bouncer as the settings keep it. */
export const bouncerSettings = z
  .strictObject({
    on: z.boolean(),
    listen: endpoint.optional(),
    directTls: endpoint.optional(),
    /** Names and addresses that devices connect to, for the certificate. */
    names: z.array(serverAddress.shape.host).max(20).optional(),
    /** Paths of the person's own certificate (PEM, leaf first) and its key. */
    cert: z.string().min(1).max(4096).optional(),
    key: z.string().min(1).max(4096).optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'needs a certificate and its key, or neither');

export type KeptBouncer = z.output<typeof bouncerSettings>;
