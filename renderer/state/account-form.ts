import type { Api } from '../api/client.ts';
import { strings } from '../strings/strings.ts';

/** What is typed into the account form. */
export interface AccountForm {
  readonly jid: string;
  readonly password: string;
  readonly server: string;
  readonly directTls: boolean;
  readonly pin: string;
  readonly ca: string;
}

export const emptyAccountForm: AccountForm = { jid: '', password: '', server: '', directTls: false, pin: '', ca: '' };

export type FormProblems = Partial<Record<'jid' | 'password' | 'server', string>>;
export type AccountRequest = Parameters<Api['accounts']['add']['mutate']>[0];

/** The request for the daemon, or what is wrong in the form. The daemon checks it again, and more strictly. */
export function readAccountForm(form: AccountForm): { request: AccountRequest } | { problems: FormProblems } {
  const jid = form.jid.trim();
  const server = form.server.trim() === '' ? undefined : readServer(form.server.trim());
  const problems: FormProblems = {
    ...(/^[^\s@/]+@[^\s@/]+$/.test(jid) ? {} : { jid: strings.account.jidBad }),
    ...(form.password === '' ? { password: strings.account.passwordBad } : {}),
    ...(server === null ? { server: strings.account.serverBad } : {}),
  };
  if (Object.keys(problems).length > 0) return { problems };
  const settings = {
    jid,
    ...(server ? { server } : {}),
    ...(form.directTls ? { directTls: true } : {}),
    ...(form.pin.trim() === '' ? {} : { pin: form.pin.trim() }),
    ...(form.ca.trim() === '' ? {} : { ca: form.ca.trim() }),
  };
  return { request: { settings, password: form.password } };
}

/** `host`, `host:port` or `[::1]:port`; `null` for anything else. */
function readServer(text: string): { host: string; port: number } | null {
  const found = /^(?:\[([0-9a-f:.]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3] ?? 5222);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : null;
}
