import { openAccount } from '../account/account.ts';
import { keepRoomsOut } from '../account/bookmarks-state.ts';
import type { Account, AccountSettings } from '../account/contract.ts';
import { firstLook } from '../account/look.ts';
import type { Archive } from '../archive/contract.ts';
import { startCommands } from '../commands/commands.ts';
import { readSettings } from '../config.ts';
import { forgetAccount, keepAccount } from '../config/accounts.ts';
import type { Secrets } from '../config/secrets.ts';
import { MinimixError, sentenceOf } from '../core/errors.ts';
import { startMam } from '../mam/mam.ts';
import { startRelay } from '../relay/relay.ts';
import type { House, HouseEvent } from '../web/contract.ts';
import type { Log } from './log.ts';

interface Running {
  readonly account: Account;
  readonly life: AbortController;
}

/** The accounts of a home: kept in its settings, run here, each with its doors. */
export interface Accounts extends Pick<House, 'accounts' | 'subscribe' | 'firstLook' | 'addAccount' | 'removeAccount'> {
  stop(): Promise<void>;
}

/** An account as a further door takes it, until the signal. */
export interface Opened {
  readonly account: Account;
  readonly settings: AccountSettings;
  readonly password: () => Promise<string>;
}

export function openAccounts(
  home: string,
  archive: Archive,
  secrets: Secrets,
  log: Log,
  opened: (opened: Opened, signal: AbortSignal) => void = () => undefined,
): Accounts {
  const running = new Map<string, Running>();
  const sinks = new Set<(event: HouseEvent) => void>();

  const tell = (event: HouseEvent): void => {
    for (const sink of sinks) sink(event);
  };
  const start = (settings: AccountSettings): void => {
    const { jid } = settings;
    const life = new AbortController();
    const password = async (): Promise<string> => {
      const known = await secrets.read(jid);
      if (known !== undefined) return known;
      throw new MinimixError('no-password', `There is no password for ${jid}: add the account again.`);
    };
    const note: Log = (level, message, about) => log(level, message, { account: jid, ...about });
    const account = openAccount({ settings, password, archive, log: note });
    account.subscribe(tell, life.signal);
    startRelay({ account, archive, log: note, signal: life.signal });
    startCommands({ account, archive, log: note, signal: life.signal, chat: settings.chat });
    startMam(account, archive, life.signal);
    opened({ account, settings, password }, life.signal);
    running.set(jid, { account, life });
    account.start();
  };
  const end = async ({ account, life }: Running): Promise<void> => {
    await account.stop();
    life.abort();
  };

  for (const settings of readSettings(home).accounts) start(settings);

  return {
    accounts: () => [...running.values()].map(({ account }) => account),
    subscribe(sink, signal) {
      sinks.add(sink);
      signal.addEventListener('abort', () => sinks.delete(sink), { once: true });
    },
    firstLook: ({ settings, password }) => firstLook({ settings, password, log }),
    async addAccount({ settings, password, keepOut = [] }) {
      const place = await keepAccount(home, secrets, { settings, password });
      if (!place.ok) return place;
      if (keepOut.length > 0) keepRoomsOut(archive, settings.jid, keepOut);
      start(settings);
      return place;
    },
    async removeAccount(jid) {
      const account = running.get(jid);
      if (account) await end(account);
      running.delete(jid);
      const result = await forgetAccount(home, secrets, jid);
      if (result.ok) tell({ type: 'account-removed', account: jid });
      return result;
    },
    async stop() {
      const ends = await Promise.allSettled([...running.values()].map(end));
      running.clear();
      for (const result of ends) {
        if (result.status === 'rejected')
          log('warn', 'an account did not stop cleanly', { error: sentenceOf(result.reason) });
      }
    },
  };
}
