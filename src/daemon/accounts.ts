import { isDeepStrictEqual } from 'node:util';
import { openAccount } from '../account/account.ts';
import { keepRoomsOut } from '../account/bookmarks/state.ts';
import type { Account } from '../account/contract.ts';
import type { AccountSettings } from '../account/settings.ts';
import { checkLogin, probeServer } from '../account/server/probe-server.ts';
import type { Archive } from '../archive/contract.ts';
import { startCommands } from '../frontends/commands/commands.ts';
import { forgetAccount, keepAccount, storePassword } from '../config/accounts.ts';
import type { Secrets } from '../config/secrets.ts';
import { MinimixError, sentenceOf } from '../core/errors.ts';
import { startMam } from '../frontends/mam/mam.ts';
import { startRelay } from '../frontends/relay/relay.ts';
import type { DaemonApi, DaemonEvent } from '../frontends/web/contract/contract.ts';
import { adoptChoices, applyChoices, keepingChoices } from './account-choices.ts';
import type { Log } from '../core/log.ts';

interface Running {
  readonly account: Account;
  /** The account as frontends get it: it saves the person's choices in the settings. */
  readonly shown: Account;
  readonly settings: AccountSettings;
  readonly life: AbortController;
}

/** Runs the accounts of a home, each with its frontends. */
interface Accounts extends Pick<DaemonApi, 'accounts' | 'subscribe' | 'firstLook' | 'checkLogin' | 'addAccount' | 'changePassword' | 'removeAccount'> {
  /** Applies the settings: starts new accounts, stops removed ones, restarts those whose login changed. */
  apply(settings: readonly AccountSettings[]): Promise<void>;
  /** The settings with which a running account logs in. */
  login(jid: string): AccountSettings | undefined;
  stop(): Promise<void>;
}

/** A running account, for a frontend that is started elsewhere; valid until the signal. */
interface Opened {
  readonly account: Account;
  readonly settings: AccountSettings;
  readonly password: () => Promise<string>;
}

interface AccountsOptions {
  readonly home: string;
  readonly all: readonly AccountSettings[];
  readonly archive: Archive;
  readonly find: DaemonApi['find'];
  readonly secrets: Secrets;
  readonly log: Log;
  readonly opened: (opened: Opened, signal: AbortSignal) => void;
  /** How long each live message took until a device was known to have it, in milliseconds. */
  readonly took: (milliseconds: number) => void;
}

export function openAccounts({ home, all, archive, find, secrets, log, opened, took }: AccountsOptions): Accounts {
  const running = new Map<string, Running>();
  const leaving = new Set<string>();
  const listeners = new Set<(event: DaemonEvent) => void>();

  const tell = (event: DaemonEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const start = (settings: AccountSettings): void => {
    const { jid } = settings;
    const life = new AbortController();
    const password = async (): Promise<string> => {
      const known = await secrets.read(jid);
      if (known !== undefined) return known;
      throw new MinimixError('no-password', `There is no password for ${jid}: enter it in the settings, or by \`minimix account password ${jid}\`.`);
    };
    const note: Log = (level, message, about) => log(level, message, { account: jid, ...about });
    const inner = openAccount({ settings, password, archive, log: note });
    adoptChoices(home, { account: inner, settings, log: note });
    applyChoices(inner, settings);
    const account = keepingChoices(home, inner);
    account.events.subscribe(tell, life.signal, 'page and command line');
    startRelay({ account, archive, log: note, signal: life.signal, took });
    startCommands({ account, find, log: note, signal: life.signal, chat: settings.chat });
    startMam(account, archive, life.signal);
    opened({ account, settings, password }, life.signal);
    running.set(jid, { account: inner, shown: account, settings, life });
    account.start();
  };
  const end = async ({ account, life }: Running): Promise<void> => {
    await account.stop();
    life.abort();
  };

  for (const settings of all) start(settings);

  return {
    login: (jid) => running.get(jid)?.settings,
    accounts: () => [...running.values()].map(({ shown }) => shown),
    subscribe(listener, signal) {
      listeners.add(listener);
      signal.addEventListener('abort', () => listeners.delete(listener), { once: true });
    },
    firstLook: ({ settings, password }, signal) => probeServer({ settings, password, log, signal }),
    async addAccount({ settings, password, keepOut = [] }) {
      const place = await keepAccount(home, secrets, { settings, password });
      if (!place.ok) return place;
      if (keepOut.length > 0) keepRoomsOut(archive, settings.jid, keepOut);
      start(settings);
      return place;
    },
    checkLogin: ({ settings, password }) => checkLogin({ settings, password, log }),
    async changePassword({ account: jid, password, check }) {
      const one = running.get(jid);
      if (one && check) {
        const checked = await checkLogin({ settings: one.settings, password, log });
        if (!checked.ok && checked.error.code === 'refused') return checked;
      }
      const stored = await storePassword(home, secrets, { jid, password });
      const now = running.get(jid);
      if (!stored.ok || !now) return stored;
      leaving.add(jid); // keeps `apply` from starting it meanwhile
      try {
        await end(now);
        start(now.settings);
        return stored;
      } finally {
        leaving.delete(jid);
      }
    },
    async removeAccount(jid) {
      const account = running.get(jid);
      leaving.add(jid);
      try {
        if (account) await end(account);
        running.delete(jid);
        const result = await forgetAccount(home, secrets, jid);
        if (result.ok) tell({ type: 'account-removed', account: jid });
        return result;
      } finally {
        leaving.delete(jid);
      }
    },
    async apply(wished) {
      const byJid = new Map(wished.map((settings) => [settings.jid, settings]));
      for (const [jid, one] of running) {
        const settings = byJid.get(jid);
        if (leaving.has(jid) || (settings && sameLogin(settings, one.settings))) continue;
        await end(one);
        running.delete(jid);
        if (!settings) tell({ type: 'account-removed', account: jid });
      }
      for (const [jid, settings] of byJid) {
        const one = running.get(jid);
        if (one) {
          applyChoices(one.account, settings);
          running.set(jid, { ...one, settings });
        } else if (!leaving.has(jid)) start(settings);
      }
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

/** Whether two settings differ at most in what needs no new login. */
function sameLogin(one: AccountSettings, other: AccountSettings): boolean {
  const login = ({ bookmarks: _bookmarks, offline: _offline, ...rest }: AccountSettings): AccountSettings => rest;
  return isDeepStrictEqual(login(one), login(other));
}
