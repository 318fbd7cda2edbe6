// RFC 6120 4.3 to 7: from an open socket to a bound and counted stream.
import type { Element } from 'ltx';
import { localOf } from '../../core/jid.ts';
import type { ConnectionOptions, StreamState } from '../contract.ts';
import { StreamEnd } from '../faults.ts';
import { NS } from '../namespaces.ts';
import { chooseMechanism, MECHANISMS } from '../sasl/sasl.ts';
import { enableRequest, resumeRequest } from '../sm/stream-management.ts';
import { attributeOf, xml } from '../xml.ts';
import type { Early, Stream } from './stream.ts';

export type Login =
  | { readonly how: 'resumed'; readonly answer: Element; readonly features: Element }
  | {
      readonly how: 'bound';
      readonly features: Element;
      readonly jid: string;
      readonly enabled: Element | undefined;
      /** Stanzas that came before the server counted. */
      readonly early: readonly Early[];
      /** The answer to a resumption that failed. */
      readonly failed: Element | undefined;
    };

interface LoginOptions {
  readonly account: Pick<ConnectionOptions, 'jid' | 'password' | 'allowPlaintext'>;
  readonly resource: string;
  readonly resume: StreamState | undefined;
}

/** How far a login has come: each step is taken on what the last one has left, and no server can have one left out. */
type Progress =
  | { readonly state: 'opening' }
  | { readonly state: 'authenticated' }
  | { readonly state: 'not-resumed'; readonly failed: Element }
  | { readonly state: 'done' };

/** Logs in on a new socket. Throws `StreamEnd` that says why not; where the stream ends, it is the caller who hears of it. */
export function login(stream: Stream, { account, resource, resume }: LoginOptions): Promise<Login> {
  const { negotiation } = stream;
  let progress: Progress = { state: 'opening' };

  return new Promise((resolve, reject) => {
    requireTls(stream, account.allowPlaintext === true);

    negotiation.sasl(MECHANISMS, async (offered) => {
      if (progress.state !== 'opening') throw new StreamEnd('lost', 'the server asks for a second login');
      const exchange = chooseMechanism(offered, { username: localOf(account.jid), password: await account.password(), secure: stream.secure() });
      const { finish } = exchange;
      return {
        ...exchange,
        finish(data) {
          finish(data);
          progress = { state: 'authenticated' };
        },
      };
    });
    negotiation.onFeatures((features) => {
      if (progress.state === 'opening') throw new StreamEnd('lost', `the server offers no login`);
      if (!features.getChild('bind', NS.bind)) throw new StreamEnd('lost', 'the server binds no resource');
    });

    negotiation.feature('sm', NS.sm, async (features, next) => {
      if (resume !== undefined) {
        const answer = await negotiation.ask(resumeRequest(resume), 'resumed', 'failed');
        if (answer.name === 'resumed') {
          if (attributeOf(answer, 'previd') !== resume.id) throw new StreamEnd('lost', 'the server resumed another stream');
          progress = { state: 'done' };
          return resolve({ how: 'resumed', answer, features });
        }
        progress = { state: 'not-resumed', failed: answer };
      }
      await next();
      const answer = await negotiation.ask(enableRequest(), 'enabled', 'failed');
      bound(features, answer.name === 'enabled' ? answer : undefined);
    });

    negotiation.feature('bind', NS.bind, async (features, next) => {
      await next();
      if (!negotiation.jid().includes('/')) throw new StreamEnd('lost', `the server assigned no resource to ${account.jid}`);
      if (!features.getChild('sm', NS.sm)) bound(features, undefined);
    });
    negotiation.bind(resource);

    function bound(features: Element, enabled: Element | undefined): void {
      const failed = progress.state === 'not-resumed' ? progress.failed : undefined;
      progress = { state: 'done' };
      resolve({ how: 'bound', features, jid: negotiation.jid(), enabled, early: stream.early(), failed });
    }

    stream.open().catch(reject);
  });
}

/** TLS before anything else (RFC 6120 5): what is not offered ends the stream, whatever else is. */
export function requireTls(stream: Stream, plain: boolean): void {
  const { negotiation } = stream;
  const due = (): boolean => !plain && !stream.secure();
  negotiation.onFeatures((features) => {
    if (due() && !features.getChild('starttls', NS.tls)) throw new StreamEnd('lost', 'the server offers no TLS, and Minimix sends nothing without it');
  });
  negotiation.feature('starttls', NS.tls, async (_features, next) => {
    if (!due()) return next();
    const answer = await negotiation.ask(xml('starttls', { xmlns: NS.tls }), 'proceed', 'failure');
    if (answer.name !== 'proceed') throw new StreamEnd('lost', 'the server refused to start TLS');
    await negotiation.startTls();
  });
}
