import type { Incoming } from '../../../xmpp/transport/reader.ts';

/** One connection of a device, logged in; a session may outlive many of them. Nothing here throws. */
export interface DeviceLink {
  readonly address: string;
  put(text: string): void;
  /** Bytes that wait for the network. */
  backlog(): number;
  /** Says goodbye, with a stream error where there is a reason, and hangs up. */
  end(condition?: string, text?: string): void;
  /** Hangs up without a word. */
  drop(): void;
}

/** What the link's stream hands on once a device is bound. */
export interface DeviceLinkUser {
  take(items: readonly Incoming[]): void;
  /** `closed`: the device said goodbye. `lost`: it is gone without a word. */
  over(link: DeviceLink, how: 'closed' | 'lost'): void;
}
