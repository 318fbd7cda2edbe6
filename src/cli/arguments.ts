import { InvalidArgumentError } from 'commander';
import type { ZodType } from 'zod';
import { bareJid, certificatePin, serverAddress } from '../account/settings.ts';
import { nick } from '../frontends/web/api/inputs.ts';

/** A parser of one argument for commander: returns the value in its canonical form, or refuses it with one sentence. */
function readBy<T>(schema: ZodType<T>): (text: string) => T {
  return (text) => {
    const read = schema.safeParse(text);
    if (read.success) return read.data;
    throw new InvalidArgumentError(`It ${read.error.issues[0]?.message ?? 'is not valid'}.`);
  };
}

export const readJid = readBy(bareJid);
export const readPin = readBy(certificatePin);
export const readNick = readBy(nick);

/** `host:port`, `[2001:db8::1]:port`, or `host` alone: the caller then chooses the port. */
export function readServer(text: string): { host: string; port: number | undefined } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const read = serverAddress.safeParse({ host: bracketed ?? plain ?? '', port: Number(digits ?? 1) });
  if (!read.success)
    throw new InvalidArgumentError('It is not HOST:PORT (an IPv6 address goes in brackets).');
  return { host: read.data.host, port: digits === undefined ? undefined : read.data.port };
}

/** A whole number from 1 to `most`. */
export function readNumber(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`It is not a whole number from 1 to ${most}.`);
  };
}

/** A day or a minute as milliseconds since the epoch; local time unless a Z follows. */
export function readDate(text: string): number {
  const read = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z?)?$/i.exec(text);
  const at = read ? new Date(text.length === 10 ? `${text}T00:00` : text.toUpperCase()).getTime() : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new InvalidArgumentError('It is not a date such as 2026-03-14, or 2026-03-14T15:09Z.');
}
