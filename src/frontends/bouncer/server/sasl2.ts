// XEP-0388 (SASL2) as it stands on the wire, with what is asked for inline: Bind 2 (XEP-0386) and XEP-0198 11.
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
}

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
  };
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
export function authenticationFeature(mechanisms: readonly string[]): string {
  const features = [NS_CARBONS, NS.csi, NS.sm].map((name) => `<feature var='${name}'/>`).join('');
  const inline = `<inline><sm xmlns='${NS.sm}'/><bind xmlns='${NS.bind2}'><inline>${features}</inline></bind></inline>`;
  return `<authentication xmlns='${NS.sasl2}'>${mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('')}${inline}</authentication>`;
}

export function successAnswer(jid: string, data: string | undefined, answers: string): string {
  const additional = data === undefined ? '' : `<additional-data>${data}</additional-data>`;
  return `<success xmlns='${NS.sasl2}'>${additional}<authorization-identifier>${escapeXML(jid)}</authorization-identifier>${answers}</success>`;
}

export function failureAnswer(condition: string): string {
  return `<failure xmlns='${NS.sasl2}'><${condition} xmlns='${NS.sasl}'/></failure>`;
}
