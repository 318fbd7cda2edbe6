import { z } from 'zod';
import type { AddedDevice, DeviceLogin } from '../../../account/devices/contract.ts';
import { bareJid } from '../../../account/settings.ts';
import type { Result } from '../../../core/errors.ts';

/** What the API needs of the bouncer; the daemon gives it. */
export interface BouncerApi {
  status(): BouncerStatus;
  /** Keeps the wish and listens. */
  on(wish: BouncerWish): Promise<Result<BouncerStatus>>;
  /** This computer's addresses in its networks, the likeliest for a phone first. */
  networks(): readonly string[];
  off(): Promise<BouncerStatus>;
  /** The certificate that a device has to trust: its file, and its SHA-256 as people compare it. */
  authority(): Promise<{ readonly file: string; readonly fingerprint: string }>;
  addDevice(account: string, name: string): Promise<Result<AddedDevice>>;
  renew(account: string, device: string): Promise<Result<AddedDevice>>;
  revoke(account: string, device: string): Promise<Result<{ readonly id: string; readonly name: string }>>;
  devices(account: string): readonly DeviceLogin[];
}

export type BouncerStatus =
  | { readonly on: false }
  | {
      readonly on: true;
      readonly host: string;
      readonly port: number;
      readonly directTlsPort: number;
      /** Where devices of the network connect. */
      readonly network?: { readonly hosts: readonly string[]; readonly port: number; readonly directTlsPort: number } | undefined;
    };

const host = z.string().min(1).max(253);
const port = z.int().min(1).max(65_535);
const endpoint = z.object({ host, port: z.int().min(0).max(65_535) });
const deviceName = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(60, 'is longer than 60 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'contains a control character');

export const bouncerInputs = {
  on: z.object({
    listen: endpoint.optional(),
    directTls: endpoint.optional(),
    /** Lets devices of the network in as well; what is left out is chosen. `null` ends it. */
    network: z.object({ hosts: z.array(host).min(1).max(8).optional(), port: port.optional(), directTlsPort: port.optional() }).nullable().optional(),
    names: z.array(z.string().min(1).max(253)).max(20).optional(),
    cert: z.string().min(1).max(4096).optional(),
    key: z.string().min(1).max(4096).optional(),
  }),
  device: z.object({ account: bareJid.optional(), name: deviceName }),
};

export type BouncerWish = z.output<typeof bouncerInputs.on>;
