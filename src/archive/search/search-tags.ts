interface Tagged {
  readonly chat: number;
  /** Terms of the dictionary. */
  readonly nick: number | null;
  readonly realJid: number | null;
  readonly body: string | undefined;
  readonly xml: string;
  readonly mentions: boolean;
}

/** What `in:`, `from:` and `has:` ask for, as words of the index: `r` and a chat, `n` and a term, what is in it. */
export function searchTagsOf({ chat, nick, realJid, body, xml, mentions }: Tagged): string {
  let tags = `r${chat}`;
  if (nick !== null) tags += ` n${nick}`;
  if (realJid !== null) tags += ` n${realJid}`;
  const address = body !== undefined && body.includes('://'); // spares nearly every message the expressions
  if (address && /\bhttps?:\/\/\S/i.test(body)) tags += ' link';
  if ((address && /\baesgcm:\/\//.test(body)) || hasFile(xml)) tags += ' file';
  if (mentions) tags += ' mention';
  return tags;
}

function hasFile(xml: string): boolean {
  return xml.includes('jabber:x:oob') || (xml.includes('urn:xmpp:s') && /urn:xmpp:(?:sims|sfs):\d/.test(xml));
}
