import type { OfflinePresence } from '../../core/presence.ts';
import type { AskedForm } from '../../xmpp/xep/service/data-form.ts';

/** How the account stands with a room that one can register with (XEP-0045 7.10). */
export interface RoomRegistration {
  readonly room: string;
  readonly registered: boolean;
  /** The nick that it keeps for us, where it says so. */
  readonly nick: string | undefined;
  /** What it asks of whoever registers, without what a person is not shown. */
  readonly form: AskedForm | undefined;
}

/** What rooms are told of the person, where nothing else was chosen for a room. */
export interface PresenceSummary {
  /** What they see now. */
  readonly shown: OfflinePresence;
  /** The resource that speaks for the person; `undefined` with none online. */
  readonly by: string | undefined;
  readonly offline: OfflinePresence;
  /** XEP-0172: the account's own nick. */
  readonly nick: string | undefined;
}
