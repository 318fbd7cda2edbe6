import type { DeviceWishes, Digest, Leaving, LoginDevice, ReplayLimit } from '../../core/device.ts';
import type { Policy } from '../../core/mention.ts';

/** A device of the account as lists show it, online or not, whichever frontend serves it. */
export interface DeviceSummary extends Pick<DeviceWishes, 'policy' | 'policies'> {
  readonly account: string;
  readonly id: string;
  readonly label: string;
  readonly resource: string;
  readonly online: boolean;
  readonly frontend: 'relay' | 'bouncer' | 'none';
  readonly relay: boolean;
  readonly why: string;
  readonly software: string | undefined;
  /** UTC, ISO 8601; of one that never came, when it was made. */
  readonly lastSeen: string;
  /** It has a login of its own, and has not used it yet. */
  readonly awaited?: boolean | undefined;
  /** What leaving a room on it means, where it is one that itself joins rooms. */
  readonly leaves?: Leaving | undefined;
  /** Of one on the server: further words that count as a mention, how much it is given afterwards, mentions in words. */
  readonly words?: readonly string[] | undefined;
  readonly limit?: ReplayLimit | undefined;
  readonly digest?: Digest | undefined;
}

/** What a person types into a device with a login of its own. The password is told this once. */
export interface AddedDevice {
  readonly id: string;
  readonly name: string;
  readonly jid: string;
  readonly host: string;
  readonly port: number;
  readonly directTlsPort: number;
  readonly password: string;
  /** SHA-256 of the certificate that is shown, lower-case hex. */
  readonly fingerprint: string;
  /** Path of the authority's PEM; empty where there is none. */
  readonly ca: string;
}

/** A device with a login of its own, as the list of logins shows it. */
export interface DeviceLogin extends Pick<LoginDevice, 'id' | 'addedAt' | 'lastSeen' | 'firstMessage'> {
  readonly name: string;
  readonly account: string;
  readonly online: boolean;
  /** Its password is from before there was SCRAM-SHA-512, which nobody is offered until it is renewed. */
  readonly outdated: boolean;
  /** It is away, and the server believes so too. */
  readonly hibernates: boolean;
  readonly jid: string | undefined;
  readonly address: string | undefined;
}

/** What became of a test that was sent to a device. */
export interface DeviceTest {
  readonly account: string;
  readonly device: string;
  readonly label: string;
  /** `silent`: it answered no ping in time. */
  readonly outcome: 'arrived' | 'refused' | 'silent';
  /** One sentence for the person. */
  readonly text: string;
}

/** What the person can change about a device; what is left out stays. */
export interface DeviceChange {
  /** '' for none. */
  readonly label?: string | undefined;
  /** The switch of the relay; `true` also forgives an error that it answered with. */
  readonly attached?: boolean | undefined;
  /** For `room` where that is given, else for all rooms that have none of their own; `default` gives a room's up. */
  readonly policy?: Policy | 'default' | undefined;
  readonly room?: string | undefined;
  /** Further words that count as a mention there. */
  readonly words?: readonly string[] | undefined;
  readonly limit?: ReplayLimit | undefined;
  readonly digest?: Digest | 'off' | undefined;
  /** `default`: as the settings have it for all. */
  readonly leaves?: Leaving | 'default' | undefined;
}

/** A device that is online and gets the relay. */
export interface RelayTarget {
  readonly device: string;
  /** The full JID that it has today. */
  readonly jid: string;
  /** Another number is another session, whatever its resource. */
  readonly session: number;
  /** The archive id from which on it is owed what a room has no cursor for. */
  readonly from: number;
  readonly limit: ReplayLimit;
  /** It announces XEP-0199. */
  readonly pings: boolean;
}

/** Why a person is told of a message at once: it is meant for them, it is private, or they want all of that room. */
export type Alert = 'mention' | 'private' | 'room';
