import { z } from 'zod';
import { serverAddress } from '../account/settings.ts';

const AT_ONCE = { effect: 'at once' } as const;

/** Port 0 takes any that is free. */
const endpoint = z.strictObject({
  host: serverAddress.shape.host.meta({ ...AT_ONCE, description: 'The address to listen on.' }),
  port: z.int().min(0).max(65_535).meta({ ...AT_ONCE, description: 'Its port; 0 takes any that is free.' }),
});

/** The bouncer as the settings keep it. */
export const bouncerSettings = z
  .strictObject({
    on: z.boolean().default(false).meta({ ...AT_ONCE, description: 'Whether unmodified clients may log in here, as if it were their server.' }),
    listen: endpoint.optional().meta({ description: 'Where devices connect with STARTTLS; 127.0.0.1:15222 where nothing is said.' }),
    directTls: endpoint.optional().meta({ description: 'Where devices connect with TLS from the first byte; 127.0.0.1:15223 where nothing is said.' }),
    leaves: z
      .enum(['here', 'everywhere'])
      .default('here')
      .meta({ ...AT_ONCE, description: 'What leaving a room on a device means: here, on that device alone, or everywhere, for the account. A device may have a choice of its own.' }),
    names: z
      .array(serverAddress.shape.host)
      .max(20)
      .optional()
      .meta({ ...AT_ONCE, description: 'Names and addresses that devices connect to, for the certificate.' }),
    cert: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({ ...AT_ONCE, description: 'The path of your own certificate (PEM, leaf first).' }),
    key: z.string().min(1).max(4096).optional().meta({ ...AT_ONCE, description: 'The path of its key.' }),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'needs a certificate and its key, or neither');

export type KeptBouncer = z.output<typeof bouncerSettings>;
