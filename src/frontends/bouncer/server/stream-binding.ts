// From a login to a session: step by step (RFC 6120 7, XEP-0198 5), or all at once with the login's answer (XEP-0388 2.6.1).
// Both ways lead to the same two calls of the host.
import { NS } from '../../../xmpp/namespaces.ts';
import type { Incoming } from '../../../xmpp/transport/reader.ts';
import { attrsOf, escapeXML } from '../../../xmpp/xml.ts';
import type { DeviceLink } from '../session/link.ts';
import type { Bound, DeviceLoginGrant, Granted, StreamHost } from './host.ts';
import { successAnswer } from './sasl2.ts';
import type { InlineRequest } from './sasl2.ts';
import type { LoginOutcome } from './stream-login.ts';

interface StreamBinding {
  /** The features of a stream that has logged in. */
  features(login: DeviceLoginGrant): string;
  /** What the device says once it has logged in, until it has a session. */
  take(login: DeviceLoginGrant, item: Incoming): Promise<void>;
  /** Answers a login by SASL2, with all that was asked for beside it. */
  answer(login: DeviceLoginGrant, outcome: LoginOutcome & { inline: InlineRequest }): Promise<void>;
}

interface StreamBindingOptions {
  readonly host: StreamHost;
  readonly link: DeviceLink;
  /** Something has come from the device that nobody has looked at. */
  readonly behind: () => boolean;
  readonly handOver: (bound: Extract<Bound, { ok: true }>, say: (granted: Granted) => string) => void;
}

const SESSION = 'urn:ietf:params:xml:ns:xmpp-session';

export function openStreamBinding({ host, link, behind, handOver }: StreamBindingOptions): StreamBinding {
  function features({ account }: DeviceLoginGrant): string {
    return featuresOf(account, `<bind xmlns='${NS.bind}'/><session xmlns='${SESSION}'><optional/></session><sm xmlns='${NS.sm}'/>`);
  }

  function featuresOf(account: string, own: string): string {
    const { stanzaBytes, idle } = host.limits;
    return `<stream:features>${own}${limitsFeature(stanzaBytes, idle)}${host.features(account)}</stream:features>`;
  }

  return {
    features,
    async take(login, item) {
      if ('nonza' in item && item.nonza.is('resume', NS.sm)) {
        const { previd = '', h = '' } = attrsOf(item.nonza);
        const resumed = host.resume(login, { previd, h }, link);
        return resumed.ok ? handOver(resumed, ({ answers }) => answers) : link.put(failed(resumed.condition));
      }
      const bind = 'stanza' in item && item.stanza.kind === 'iq' && item.stanza.type === 'set' ? item.stanza.element.getChild('bind', NS.bind) : undefined;
      if (!bind || !('stanza' in item)) return link.end('not-authorized', 'First a resource.');
      const { id = '' } = item.stanza;
      const resource = bind.getChildText('resource')?.trim() || undefined;
      const bound = await host.bind(login, { name: { resource }, wishes: undefined }, link);
      if (!bound.ok) return link.end(bound.condition, bound.why);
      handOver(bound, ({ jid }) => `<iq xmlns='${NS.client}' type='result' id='${escapeXML(id)}'><bind xmlns='${NS.bind}'><jid>${escapeXML(jid)}</jid></bind></iq>`);
    },
    async answer(login, { data, inline, token }) {
      const { resume, bind } = inline;
      const resumed = resume && host.resume(login, resume, link);
      // XEP-0198 11.2: the session is there again behind the answer, and no features follow
      if (resumed?.ok) return handOver(resumed, ({ jid, answers }) => successAnswer(jid, data, answers + token()));
      const before = resumed ? failed(resumed.condition) : '';
      if (!bind) return link.put(successAnswer(login.account, data, before + token()) + features(login));
      const bound = await host.bind(login, { name: { tag: bind.tag }, wishes: bind.wishes }, link);
      if (!bound.ok) return link.end(bound.condition, bound.why);
      if (behind()) link.end('policy-violation', 'Nothing may come before the answer.');
      handOver(bound, ({ jid, answers }) => successAnswer(jid, data, `${before}<bound xmlns='${NS.bind2}'>${answers}</bound>${token()}`) + featuresOf(login.account, bind.wishes.enable ? '' : `<sm xmlns='${NS.sm}'/>`));
    },
  };
}

/** XEP-0478 3.1; `idle` is milliseconds. */
export function limitsFeature(bytes: number, idle?: number): string {
  const silence = idle === undefined ? '' : `<idle-seconds>${Math.floor(idle / 1000)}</idle-seconds>`;
  return `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${bytes}</max-bytes>${silence}</limits>`;
}

function failed(condition: string): string {
  return `<failed xmlns='${NS.sm}'><${condition} xmlns='${NS.stanzaErrors}'/></failed>`;
}
