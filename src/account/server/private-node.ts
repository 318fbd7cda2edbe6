import type { Connection, IqAnswer, StanzaFault } from '../../xmpp/contract.ts';
import { configureNode, createNode, isPreconditionFailure, nodeConfigQuery, publishOptions, readNodeConfig, readSubscribers, subscribe, subscriptionsQuery } from '../../xmpp/xep/service/pubsub.ts';
import type { Element } from '../../xmpp/xml.ts';
import type { Log } from '../../core/log.ts';

type Options = Readonly<Record<string, string>>;

/** One PEP node of the account, kept as it must be: for the person alone, and all of it for ever. */
interface PrivateNode {
  /** Creates or reconfigures it. True where it was there and did not keep everything. */
  prepare(): Promise<boolean>;
  /** The same, but does not create it. */
  prepareExisting(): Promise<boolean>;
  /** XEP-0060 7.1.5; resolves with the condition where it was refused, or `NOT_PRIVATE`. */
  publish(make: (options: Element | undefined) => Element): Promise<string | undefined>;
}

/** XEP-0060 8.1.3.1: servers that do not know `max` take the greatest of these that they allow. */
const LARGE = ['max', '10000', '1000', '255'];
/** COMPAT: ejabberd 23.01 tells nobody of a retraction, whatever it asks for, unless the node is told to. */
const TELLS: Options = { 'pubsub#notify_retract': 'true', 'pubsub#notify_delete': 'true' };
/** What another try at once does not mend. */
const PASSING = ['disconnected', 'timeout'];
const NOTHING = 2;
const MAX_ITEMS = 'pubsub#max_items';
const ACCESS = 'pubsub#access_model';
/** Why nothing is published: others could read it. */
export const NOT_PRIVATE = 'not-private';

export function openPrivateNode({ connection, log }: { connection: Connection; log: Log }, node: string, wish: Options): PrivateNode {
  /** Some servers know neither `max` nor publish-options: what was found out is not tried again. */
  let wanted = wish;
  let known = 0;
  /** Whether nobody else can read it, as its configuration says; `undefined` where that cannot be asked. */
  let isPrivate: boolean | undefined;
  /** The full JID that is told of all that happens to it. */
  let listening: string | undefined;

  /** 0: all; 1: without what ejabberd does not know here (COMPAT: ejabberd 23.01); 2: the node was made right by itself. */
  function optionsFor(checks: number): Options | undefined {
    if (checks === NOTHING) return undefined;
    return Object.fromEntries(Object.entries(wanted).filter(([name]) => checks === 0 || name !== 'pubsub#send_last_published_item'));
  }

  /**
   * COMPAT: ejabberd 23.01, the only one whose nodes have such a field, tells of retractions nobody but those who have
   * subscribed in so many words (XEP-0060 6.1); `+notify` (XEP-0163 4.3) brings what is published.
   */
  async function listen(config: ReadonlyMap<string, string>): Promise<void> {
    if (!config.has('pubsub#presence_based_delivery')) return;
    const status = connection.status();
    const jid = status.state === 'online' ? status.jid : undefined;
    if (jid === undefined || listening === jid) return;
    const now = await connection.iq(subscriptionsQuery(node));
    const told = now.ok && readSubscribers(now.element).has(jid);
    const answer = told ? now : await connection.iq(subscribe(node, jid));
    if (answer.ok) listening = jid;
    else log('warn', `${node}: the server will not tell what is removed: ${answer.error.condition}`);
  }

  async function look(): Promise<IqAnswer> {
    const answer = await connection.iq(nodeConfigQuery(node));
    const access = answer.ok ? readNodeConfig(answer.element).get(ACCESS) : undefined;
    isPrivate = access === undefined ? undefined : access === wish[ACCESS];
    return answer;
  }

  async function prepare(create: boolean): Promise<boolean> {
    let answer = await look();
    if (!answer.ok && answer.error.condition === 'item-not-found' && create) {
      await askFor((fields) => createNode(node, fields));
      listening = undefined; // who was told of the node that is gone is not told of this one
      answer = await look();
    }
    if (!answer.ok) return false;
    const now = readNodeConfig(answer.element);
    await listen(now);
    const asked = Object.entries({ ...wanted, ...TELLS });
    const wrong = asked.filter(([name, value]) => now.has(name) && !means(name, value, now.get(name) ?? ''));
    if (wrong.length === 0) return false;
    const tells = Object.fromEntries(Object.entries(TELLS).filter(([name]) => now.has(name)));
    const why = wrong.map(([name, value]) => `${name} ${now.get(name)} -> ${value}`).join(', ');
    log('info', `${node}: reconfigured`, { why });
    const refused = await askFor((fields) => configureNode(node, { ...fields, ...tells }));
    if (isPrivate === false) await look();
    if (isPrivate === false) log('error', `${node}: others can read it, and the server does not let it be closed: ${refused ?? 'it stays open'}`);
    return wrong.some(([name]) => name === MAX_ITEMS || name === 'pubsub#persist_items');
  }

  /** Asks with `max`, then with numbers. */
  async function askFor(make: (fields: Options) => Element): Promise<string | undefined> {
    let refusal: string | undefined;
    for (const max of MAX_ITEMS in wanted ? LARGE.slice(LARGE.indexOf(wanted[MAX_ITEMS] ?? 'max')) : ['']) {
      const fields = max === '' ? wanted : { ...wanted, [MAX_ITEMS]: max };
      const answer = await connection.iq(make(fields));
      if (answer.ok || answer.error.condition === 'conflict') {
        wanted = fields;
        return undefined;
      }
      refusal = answer.error.condition;
    }
    log('warn', `${node}: the server refuses to have it so: ${refusal}`);
    return refusal;
  }

  return {
    prepare: () => prepare(true),
    prepareExisting: () => prepare(false),
    async publish(make) {
      let refusal: StanzaFault | undefined;
      let prepared = false;
      for (let checks = known; checks <= NOTHING; ) {
        if (isPrivate === false || (checks === NOTHING && isPrivate !== true)) return NOT_PRIVATE; // there may be passwords in it
        const checked = optionsFor(checks);
        const answer = await connection.iq(make(checked && publishOptions(checked)));
        if (answer.ok) {
          if (!refusal || !isPreconditionFailure(refusal)) known = checks;
          return undefined;
        }
        refusal = answer.error;
        if (PASSING.includes(refusal.condition)) break;
        if (!prepared) await prepare(true);
        if (prepared || !isPreconditionFailure(refusal)) checks += 1; // this server does not know all that it should check
        prepared = true;
      }
      return refusal?.condition;
    },
  };
}

/** Whether a server’s way to say it is the same: booleans have two, and `max` may come back as its number. */
function means(name: string, wanted: string, has: string): boolean {
  if (wanted === 'true') return has === 'true' || has === '1';
  if (name === MAX_ITEMS) return has === 'max' || Number(has) >= (wanted === 'max' ? 255 : Number(wanted));
  return has === wanted;
}
