import { escapeXML } from '../../../xmpp/xml.ts';

/** A stanza's text cut around the value of its root's `to`: many devices get the same text, each with its own address. */
export interface Addressable {
  to(jid: string): string;
}

/** Cuts a checked stanza; its former `to` is dropped. */
export function addressable(raw: string): Addressable {
  const end = endOfTag(raw);
  const tag = raw.slice(0, end);
  const found = /\sto\s*=\s*("[^"]*"|'[^']*')/.exec(maskOthers(tag));
  const name = /^<[^\s/>]+/.exec(tag)?.[0].length ?? 0;
  const [before, after] = found
    ? [raw.slice(0, found.index), raw.slice(found.index + found[0].length)]
    : [raw.slice(0, name), raw.slice(name)];
  return { to: (jid) => `${before} to='${escapeXML(jid)}'${after}` };
}

/** The text without one attribute of its root, such as a `from` that the sender must not set. */
export function withoutAttribute(raw: string, name: string): string {
  const end = endOfTag(raw);
  const tag = raw.slice(0, end);
  const found = new RegExp(`\\s${name}\\s*=\\s*("[^"]*"|'[^']*')`).exec(maskOthers(tag));
  return found ? raw.slice(0, found.index) + raw.slice(found.index + found[0].length) : raw;
}

/** The text with one more attribute on its root, which has none of that name. */
export function withAttribute(raw: string, name: string, value: string): string {
  const at = /^<[^\s/>]+/.exec(raw)?.[0].length ?? 0;
  return `${raw.slice(0, at)} ${name}='${escapeXML(value)}'${raw.slice(at)}`;
}

/** The text with one more child, last. */
export function withChild(raw: string, child: string): string {
  const end = endOfTag(raw);
  const name = /^<([^\s/>]+)/.exec(raw)?.[1] ?? '';
  if (raw[end - 2] === '/') return `${raw.slice(0, end - 2)}>${child}</${name}>`;
  const close = raw.lastIndexOf('</');
  return raw.slice(0, close) + child + raw.slice(close);
}

/** The index just behind the root's opening tag. */
function endOfTag(raw: string): number {
  let quote = '';
  for (let at = 0; at < raw.length; at += 1) {
    const c = raw[at] ?? '';
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '>') return at + 1;
  }
  return raw.length;
}

/** The tag at the same length, with the values blanked, so that nothing in a value looks like an attribute. */
function maskOthers(tag: string): string {
  return tag.replaceAll(/"[^"]*"|'[^']*'/g, (value) => `${value[0]}${'_'.repeat(value.length - 2)}${value[0]}`);
}
