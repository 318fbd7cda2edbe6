import { z } from 'zod';
import { bareJid } from '../../../account/settings.ts';
import type { Result } from '../../../core/errors.ts';

/** A setting as it is in force. */
export interface SettingNow {
  /** Such as `log.level`; what belongs to one account begins with `account.`. */
  readonly key: string;
  readonly description: string;
  readonly kind: 'choice' | 'flag' | 'number' | 'text' | 'list';
  readonly choices: readonly string[];
  readonly least: number | null;
  readonly most: number | null;
  /** Null where there is none. */
  readonly byDefault: string | number | boolean | null;
  /** When a change counts. */
  readonly effect: 'at once' | 'new login' | 'restart';
  /** Whose it is; null where it is the home's. */
  readonly account: string | null;
  readonly value: string | number | boolean | readonly string[] | null;
  /** False where the default counts. */
  readonly chosen: boolean;
}

/** What the API needs of the settings; the daemon gives it. */
export interface SettingsApi {
  /** Throws `bad-settings`. */
  list(): SettingNow[];
  /** `undefined` leaves it to its default. Resolves once the change counts, or is known to wait for a start. */
  set(key: string, value: unknown, account: string | undefined): Promise<Result<{ readonly restart: boolean }>>;
}

export const settingsInputs = {
  /** Without a value: its default. What it takes is said by the settings' own schema. */
  set: z.object({ key: z.string().max(200), value: z.json().optional(), account: bareJid.optional() }),
};
