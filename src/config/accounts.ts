import { editSettings, readSettings } from './config.ts';
import { fail, noAccount, ok } from '../core/errors.ts';
import type { DaemonApi } from '../frontends/web/contract/contract.ts';
import type { Secrets } from './secrets.ts';

/** Writes an account and its password to the home. The caller holds the home's lock. */
export async function keepAccount(
  home: string,
  secrets: Secrets,
  { settings, password }: Parameters<DaemonApi['addAccount']>[0],
): ReturnType<DaemonApi['addAccount']> {
  const { jid } = settings;
  const taken = fail('account-exists', `${jid} is already here: \`minimix account password ${jid}\` changes its password.`);
  if (readSettings(home).accounts.some((known) => known.jid === jid)) return taken;
  const place = await secrets.write(jid, password);
  const now = readSettings(home); // again: another call may have been served meanwhile
  if (now.accounts.some((known) => known.jid === jid)) return taken;
  editSettings(home, [{ path: ['accounts', now.accounts.length], value: settings }]);
  return ok({ account: jid, password: place });
}

/** Stores another password of an account. The caller holds the home's lock. */
export async function storePassword(home: string, secrets: Secrets, { jid, password }: { jid: string; password: string }): ReturnType<DaemonApi['addAccount']> {
  if (!readSettings(home).accounts.some((known) => known.jid === jid)) return noAccount(jid);
  return ok({ account: jid, password: await secrets.write(jid, password) });
}

/** Removes an account and its password from the home; its archive stays. The caller holds the home's lock. */
export async function forgetAccount(
  home: string,
  secrets: Secrets,
  jid: string,
): ReturnType<DaemonApi['removeAccount']> {
  const at = readSettings(home).accounts.findIndex((account) => account.jid === jid);
  if (at === -1) return noAccount(jid);
  editSettings(home, [{ path: ['accounts', at], value: undefined }]);
  await secrets.remove(jid);
  return ok({ account: jid });
}
