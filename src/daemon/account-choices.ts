import type { Account } from '../account/contract.ts';
import type { AccountSettings } from '../account/settings.ts';
import { editSettings, readSettings } from '../config/config.ts';
import { sentenceOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/**
 * The settings hold what a person chooses for an account; the account has a copy in the archive. Wraps the account for
 * all frontends, so that a choice is written to the settings first. Throws `bad-settings` if that fails.
 */
export function keepingChoices(home: string, account: Account): Account {
  const keep = (part: 'bookmarks' | 'offline', change: object): void => {
    const at = readSettings(home).accounts.findIndex(({ jid }) => jid === account.jid);
    if (at === -1) return;
    editSettings(home, Object.entries(change).map(([key, value]) => ({ path: ['accounts', at, part, key], value: value as unknown })));
  };
  return {
    ...account,
    bookmarks: {
      ...account.bookmarks,
      set(change) {
        keep('bookmarks', change);
        return account.bookmarks.set(change);
      },
    },
    sending: {
      ...account.sending,
      setOfflinePresence({ show, status }) {
        keep('offline', { show, status });
        account.sending.setOfflinePresence({ show, status });
      },
    },
  };
}

/** Applies the settings to the account; what they do not mention stays as it is. */
export function applyChoices(account: Account, { bookmarks = {}, offline = {} }: AccountSettings): void {
  const wished = Object.entries(bookmarks).filter(([, value]) => value !== undefined);
  const now = new Map<string, unknown>(Object.entries(account.bookmarks.settings()));
  if (wished.some(([key, value]) => now.get(key) !== value)) account.bookmarks.set(Object.fromEntries(wished));
  const before = account.sending.offlinePresence();
  const { show = before.show, status = before.status } = offline;
  if (show !== before.show || status !== before.status) account.sending.setOfflinePresence({ show, status });
}

/** COMPAT: before 0.2 only the archive held these choices; copies them to the settings once. */
export function adoptChoices(home: string, { account, settings, log }: { account: Account; settings: AccountSettings; log: Log }): void {
  const { keepJoins, severalGone, deadDays } = account.bookmarks.settings();
  const { show, status } = account.sending.offlinePresence();
  const chosen = {
    bookmarks: { ...(keepJoins ? {} : { keepJoins }), ...(severalGone === 'hold' ? {} : { severalGone }), ...(deadDays === 14 ? {} : { deadDays }) },
    offline: { ...(show === 'away' ? {} : { show }), ...(status === undefined ? {} : { status }) },
  };
  try {
    const at = readSettings(home).accounts.findIndex(({ jid }) => jid === account.jid);
    const edits = (['bookmarks', 'offline'] as const)
      .filter((part) => settings[part] === undefined && Object.keys(chosen[part]).length > 0)
      .map((part) => ({ path: ['accounts', at, part], value: chosen[part] }));
    if (at !== -1 && edits.length > 0) editSettings(home, edits);
  } catch (error) {
    log('warn', `what was chosen before could not be written to the settings: ${sentenceOf(error)}`);
  }
}
