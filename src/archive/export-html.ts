import type { KeptMessage } from '../core/groupchat.ts';

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}
h2{position:sticky;top:0;background:Canvas;font-size:1rem;padding:.5rem 0;margin:1rem 0 0}
p{margin:.2rem 0;white-space:pre-wrap;overflow-wrap:anywhere}time{opacity:.6;margin-right:.5rem}
i{opacity:.7}:root{color-scheme:light dark}`;

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
}

/** The head of an HTML export. Its policy forbids scripts and anything from elsewhere. */
export function htmlStart(account: string, rooms: readonly string[]): string {
  const title = escaped(rooms.length === 1 ? (rooms[0] ?? account) : account);
  return `<!doctype html><html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style><h1>${title}</h1>
`;
}

export function htmlOf(message: KeptMessage, day: string | undefined): string {
  const at = new Date(message.at).toISOString();
  const heading = day === undefined ? '' : `<h2>${escaped(message.room)}, ${day}</h2>\n`;
  const said = message.body ?? message.subject;
  const text = said === undefined ? `<i>${message.kind}</i>` : escaped(said);
  const label = message.kind === 'message' || said === undefined ? '' : `<i>${message.kind}</i> `;
  return (
    `${heading}<p id="m${message.archiveId}"><time datetime="${at}">${at.slice(11, 16)}</time>` +
    `<b>${escaped(message.nick ?? '')}</b> ${label}${text}</p>\n`
  );
}

export function htmlEnd(): string {
  return '</html>\n';
}
