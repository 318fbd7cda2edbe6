import type { Viewed } from '../../core/view.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}
h2{position:sticky;top:0;background:Canvas;font-size:1rem;padding:.5rem 0;margin:1rem 0 0}
p{margin:.2rem 0;white-space:pre-wrap;overflow-wrap:anywhere}time{opacity:.6;margin-right:.5rem}
i{opacity:.7}:root{color-scheme:light dark}`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** What others wrote, which turns no text around it: HTML isolates its direction, whatever stands in it. */
function isolated(text: string): string {
  return `<bdi>${escaped(text)}</bdi>`;
}

/** The head of an HTML export. Its policy forbids scripts and anything from elsewhere. */
export function htmlStart(account: string, rooms: readonly string[]): string {
  const title = escaped(rooms.length === 1 ? (rooms[0] ?? account) : account);
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style><h1>${title}</h1>
`;
}

/** One message as it is to be read; `heading` begins a new part. */
export function htmlOf({ message, body, corrections, retracted, reactions, reply }: Viewed, heading: string | undefined): string {
  const at = new Date(message.at).toISOString();
  const above = heading === undefined ? '' : `<h2>${escaped(message.room)}, ${escaped(heading)}</h2>\n`;
  const said = body ?? message.subject;
  let text = said === undefined ? `<i>${message.kind}</i>` : isolated(said);
  if (said !== undefined && message.kind !== 'message') text = `<i>${message.kind}</i> ${text}`;
  if (corrections.length > 0) text += ' <i>(corrected)</i>';
  if (retracted) text = `<i>${retracted.byRoom ? 'removed by the room' : 'retracted'}</i>`;
  const answered = reply?.message;
  if (answered) text = `<a href="#m${answered.archiveId}">${isolated(answered.nick ?? '')}</a>: ${text}`;
  const reacted = reactions.map(({ emoji, nicks }) => ` <small>${isolated(emoji)} ${nicks.map(isolated).join(', ')}</small>`).join('');
  return (
    `${above}<p id="m${message.archiveId}"><time datetime="${at}">${at.slice(11, 16)}</time>` +
    `<b>${isolated(message.nick ?? '')}</b> ${text}${reacted}</p>\n`
  );
}

export function htmlEnd(): string {
  return '</html>\n';
}
