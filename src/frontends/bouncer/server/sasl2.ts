// XEP-0388 (SASL2) as it stands on the wire, with what is asked for inline: Bind 2 (XEP-0386), XEP-0198 11, FAST (XEP-0484).
import { NS } from '../../../xmpp/namespaces.ts';
import { NS_CARBONS } from '../../../xmpp/xep/message/relay-envelope.ts';
import { attrsOf, attributeOf, escapeXML } from '../../../xmpp/xml.ts';
import type { Element } from '../../../xmpp/xml.ts';
import type { SessionWishes } from '../session/link.ts';

/** What a device wants beside its login, once that has succeeded. */
export interface InlineRequest {
  /** The id of this installation of the client, where it says one (XEP-0388 2.3). */
  readonly userAgent: string | undefined;
  readonly resume: { readonly previd: string; readonly h: string } | undefined;
  readonly bind: { readonly tag: string | undefined; readonly wishes: SessionWishes } | undefined;
  /** XEP-0484 3.4: the login is by a token. */
  readonly fast: { readonly count: number | undefined; readonly invalidate: boolean } | undefined;
  /** The mechanism for which a token is wanted. */
  readonly token: string | undefined;
}

const NS_FAST = 'urn:xmpp:fast:0';
/** Characters of an id (a UUID has 36), and of a tag. */
const LONGEST = 128;

export function readInlineRequest(authenticate: Element): InlineRequest {
  const id = attributeOf(authenticate.getChild('user-agent', NS.sasl2), 'id');
  const resume = authenticate.getChild('resume', NS.sm);
  const { previd = '', h = '' } = attrsOf(resume);
  const bind = authenticate.getChild('bind', NS.bind2);
  return {
    userAgent: id !== undefined && id !== '' && id.length <= LONGEST ? id : undefined,
    resume: resume && { previd, h },
    bind: bind && { tag: tagOf(bind), wishes: wishesOf(bind) },
    fast: fastOf(authenticate.getChild('fast', NS_FAST)),
    token: attributeOf(authenticate.getChild('request-token', NS_FAST), 'mechanism'),
  };
}

function fastOf(fast: Element | undefined): InlineRequest['fast'] {
  const { count = '', invalidate = '' } = attrsOf(fast);
  return fast && { count: /^\d{1,15}$/.test(count) ? Number(count) : undefined, invalidate: ['1', 'true'].includes(invalidate) };
}

function tagOf(bind: Element): string | undefined {
  const tag = bind.getChildText('tag')?.trim() ?? '';
  return tag !== '' && tag.length <= LONGEST ? tag : undefined;
}

function wishesOf(bind: Element): SessionWishes {
  const state = (['active', 'inactive'] as const).find((name) => bind.getChild(name, NS.csi));
  return { enable: bind.getChild('enable', NS.sm), carbons: bind.getChild('enable', NS_CARBONS) !== undefined, state };
}

/** The stream feature. `bind` is always there: it takes carbons, CSI and XEP-0198 along (Conversations' `Bind2.java` wants the first and the last for its quick start). */
export function authenticationFeature(mechanisms: readonly string[], fast: readonly string[]): string {
  const features = [NS_CARBONS, NS.csi, NS.sm].map((name) => `<feature var='${name}'/>`).join('');
  const tokens = fast.length === 0 ? '' : `<fast xmlns='${NS_FAST}'>${mechanismsOf(fast)}</fast>`;
  const inline = `<inline><sm xmlns='${NS.sm}'/><bind xmlns='${NS.bind2}'><inline>${features}</inline></bind>${tokens}</inline>`;
  return `<authentication xmlns='${NS.sasl2}'>${mechanismsOf(mechanisms)}${inline}</authentication>`;
}

function mechanismsOf(names: readonly string[]): string {
  return names.map((name) => `<mechanism>${name}</mechanism>`).join('');
}

export function tokenAnswer({ token, expires }: { token: string; expires: number }): string {
  return `<token xmlns='${NS_FAST}' token='${token}' expiry='${new Date(expires).toISOString()}'/>`;
}

export function successAnswer(jid: string, data: string | undefined, answers: string): string {
  const additional = data === undefined ? '' : `<additional-data>${data}</additional-data>`;
  return `<success xmlns='${NS.sasl2}'>${additional}<authorization-identifier>${escapeXML(jid)}</authorization-identifier>${answers}</success>`;
}

export function failureAnswer(condition: string): string {
  return `<failure xmlns='${NS.sasl2}'><${condition} xmlns='${NS.sasl}'/></failure>`;
}
