import { z } from 'zod';
import { serverAddress } from '../account/settings.ts';

const AT_ONCE = { effect: 'at once' } as const;

/** Port 0 means any free port. */
const endpoint = z.strictObject({
  host: serverAddress.shape.host.meta({ ...AT_ONCE, description: 'Listen address' }),
  port: z.int().min(0).max(65_535).meta({ ...AT_ONCE, description: 'Listen port (0 = any free port)' }),
});

/** Where devices of the network connect, beside `listen` and `directTls`. */
const networkDoor = z.strictObject({
  hosts: z
    .array(serverAddress.shape.host)
    .min(1)
    .max(8)
    .meta({ ...AT_ONCE, description: 'Addresses of this computer on which phones and other computers connect as well (:: = all)' }),
  port: z.int().min(1).max(65_535).meta({ ...AT_ONCE, description: 'Their port for STARTTLS' }),
  directTlsPort: z.int().min(1).max(65_535).meta({ ...AT_ONCE, description: 'Their port for direct TLS (phones expect 5223)' }),
});

/** The bouncer's part of the settings. */
export const bouncerSettings = z
  .strictObject({
    on: z.boolean().default(false).meta({ ...AT_ONCE, description: 'Local login: let clients log in to Minimix as if it were their server' }),
    listen: endpoint.optional().meta({ description: 'Where devices connect with STARTTLS (default 127.0.0.1:15222)' }),
    directTls: endpoint.optional().meta({ description: 'Where devices connect with direct TLS (default 127.0.0.1:15223)' }),
    network: networkDoor.optional(),
    leaves: z
      .enum(['here', 'everywhere'])
      .default('here')
      .meta({ ...AT_ONCE, description: 'Leaving a room on a device leaves it there only (here) or for the whole account (everywhere); can be changed for each device' }),
    names: z
      .array(serverAddress.shape.host)
      .max(20)
      .optional()
      .meta({ ...AT_ONCE, description: 'Host names and addresses that devices connect to; they go into the certificate' }),
    cert: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({ ...AT_ONCE, description: 'Path of your own certificate (PEM, leaf first)' }),
    key: z.string().min(1).max(4096).optional().meta({ ...AT_ONCE, description: 'Path of the certificate’s private key' }),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'needs a certificate and its key, or neither');

export type KeptBouncer = z.output<typeof bouncerSettings>;
