/** What `in:`, `from:` and `has:` ask for, as words of the index: `r` and a chat, `n` and a term, what is in it. */
export function marksOf(
  chat: number,
  senders: readonly (number | null)[],
  body: string | undefined,
  xml: string,
  mentions: boolean,
): string {
  const marks = [`r${chat}`];
  for (const sender of senders) if (sender !== null) marks.push(`n${sender}`);
  if (/\bhttps?:\/\/\S/i.test(body ?? '')) marks.push('link');
  if (/jabber:x:oob|urn:xmpp:(?:sims|sfs):\d/.test(xml) || /\baesgcm:\/\//.test(body ?? '')) marks.push('file');
  if (mentions) marks.push('mention');
  return marks.join(' ');
}
