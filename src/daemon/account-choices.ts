import type { Account } from '../account/contract.ts';
import type { AccountSettings } from '../account/settings.ts';
import { editSettings, readSettings } from '../config/config.ts';
import { sentenceOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/**
 * What a person chooses for an account lies in the settings; the account has its own copy of it in the archive. This is
 * the account for all frontends: what they choose is written to the settings first. Throws `bad-settings` where it cannot be.
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

/** Brings the account to what the settings say; what they leave out stays as it is. */
export function applyChoices(account: Account, { bookmarks = {}, offline = {} }: AccountSettings): void {
  const wished = Object.entries(bookmarks).filter(([, value]) => value !== undefined);
  const now = new Map<string, unknown>(Object.entries(account.bookmarks.settings()));
  if (wished.some(([key, value]) => now.get(key) !== value)) account.bookmarks.set(Object.fromEntries(wished));
  const before = account.sending.offlinePresence();
  const { show = before.show, status = before.status } = offline;
  if (show !== before.show || status !== before.status) account.sending.setOfflinePresence({ show, status });
}

/** COMPAT: before 0.2 these choices lay in the archive alone; what was chosen there is written to the settings once. */
export function adoptChoices(home: string, account: Account, settings: AccountSettings, log: Log): void {
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
