import type { Incoming } from '../../../xmpp/transport/reader.ts';

/** One connection of a device, logged in; a session may outlive many of them. Nothing here throws. */
export interface DeviceLink {
  readonly address: string;
  put(text: string): void;
  /** Bytes that wait for the network. */
  buffered(): number;
  /** Closes the stream, with a stream error if there is a reason, and the connection. */
  end(condition?: string, text?: string): void;
  /** Closes the connection without closing the stream. */
  drop(): void;
}

/** Receives what comes over the link once a device is bound. */
export interface DeviceLinkUser {
  take(items: readonly Incoming[]): void;
  /** `closed`: the device closed the stream. `lost`: the connection broke. */
  over(link: DeviceLink, how: 'closed' | 'lost'): void;
}
