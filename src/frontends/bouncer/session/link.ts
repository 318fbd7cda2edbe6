import type { Incoming } from '../../../xmpp/transport/reader.ts';
import type { Element } from '../../../xmpp/xml.ts';

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

/** What a device wants of its session from the first moment on (XEP-0386 3.2), where it can say so. */
export interface SessionWishes {
  /** XEP-0198: as it would ask for it later. */
  readonly enable: Element | undefined;
  /** XEP-0280. */
  readonly carbons: boolean;
  /** XEP-0352. */
  readonly state: 'active' | 'inactive' | undefined;
}
