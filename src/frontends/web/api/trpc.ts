import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { Account } from '../../../account/contract.ts';
import { type Fault, MinimixError, noAccount, type Result } from '../../../core/errors.ts';
import type { DaemonApi } from '../contract/contract.ts';

interface ApiContext {
  readonly api: DaemonApi;
  /** The path of a picture, with what lets it be read for a minute. */
  readonly sign: (path: string) => string;
}

/** The builders that all parts of the router share. */
export const trpc = initTRPC.context<ApiContext>().create({
  isDev: false, // no stack traces over the wire
  sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
  errorFormatter({ shape, error }) {
    const { code, message } = describe(error);
    const certificate = certificateIn(error.cause);
    return { ...shape, message, data: { ...shape.data, fault: code, ...(certificate !== undefined && { certificate }) } };
  },
});

export const { procedure } = trpc;

/** One account where one is named, else all. */
export function chosen(api: DaemonApi, jid: string | undefined): readonly Account[] {
  return jid === undefined ? api.accounts() : [one(api, jid)];
}

/** The account that is named, or the only one. */
export function one(api: DaemonApi, jid: string | undefined): Account {
  const accounts = api.accounts();
  if (jid === undefined && accounts.length > 1) {
    throw refused({
      code: 'account-needed',
      message: `There are ${accounts.length} accounts: choose one.`,
    });
  }
  const account = jid === undefined ? accounts[0] : accounts.find((candidate) => candidate.jid === jid);
  if (account) return account;
  throw refused(noAccount(jid).error);
}

/** The value of a result; throws a refusal as an error of the API. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw refused(result.error);
  return result.value;
}

export function refused(fault: Fault): TRPCError {
  const cause = new MinimixError(fault.code, fault.message, fault.cause);
  return new TRPCError({ code: 'UNPROCESSABLE_CONTENT', message: fault.message, cause });
}

/** The fingerprint of the certificate that was not trusted (`untrusted`), for a person to compare and to trust. */
function certificateIn(error: unknown): string | undefined {
  const cause: unknown = error instanceof MinimixError ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'certificate' in cause && typeof cause.certificate === 'string' ? cause.certificate : undefined;
}

/** An error has a code for programs and one sentence for a person; an unforeseen error is only logged. */
function describe(error: TRPCError): { code: string; message: string } {
  if (error.cause instanceof MinimixError) return { code: error.cause.code, message: error.cause.message };
  if (error.cause instanceof ZodError) {
    const issue = error.cause.issues[0];
    const where = issue?.path.join('.') || 'input';
    return { code: 'invalid', message: `${where} ${issue?.message ?? 'is not valid'}` };
  }
  if (error.code === 'INTERNAL_SERVER_ERROR')
    return { code: 'internal', message: 'Minimix failed; its log says why.' };
  return { code: error.code.toLowerCase().replaceAll('_', '-'), message: error.message };
}
