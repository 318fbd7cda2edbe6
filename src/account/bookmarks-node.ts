import type { Connection, StanzaFault } from '../xmpp/contract.ts';
import { configureNode, createNode, isPreconditionFailure, nodeConfigQuery, publishOptions, readNodeConfig } from '../xmpp/features/pubsub.ts';
import type { Element } from '../xmpp/xml.ts';
import type { Log } from './ground.ts';

type Options = Readonly<Record<string, string>>;

/** One PEP node of the account, kept as it must be: for the person alone, and all of it for ever. */
export interface Node {
  /** Creates or reconfigures it. True where it was there and did not keep everything. */
  prepare(): Promise<boolean>;
  /** The same, but does not create it. */
  prepareExisting(): Promise<boolean>;
  /** XEP-0060 7.1.5; resolves with the condition where it was refused. */
  publish(make: (options: Element | undefined) => Element): Promise<string | undefined>;
}

/** XEP-0060 8.1.3.1: servers that do not know `max` take the greatest of these that they allow. */
const LARGE = ['max', '10000', '1000', '255'];
/** What another try at once does not mend. */
const PASSING = ['disconnected', 'timeout', 'resource-constraint'];
const MAX_ITEMS = 'pubsub#max_items';

export function openNode({ connection, log }: { connection: Connection; log: Log }, node: string, options: Options): Node {
  /** Some servers know neither `max` nor publish-options: what was found out is not tried again. */
  let wanted = options;
  let withOptions = true;

  async function prepare(create: boolean): Promise<boolean> {
    const answer = await connection.iq(nodeConfigQuery(node));
    if (!answer.ok) {
      if (answer.error.condition === 'item-not-found' && create) await settle((fields) => createNode(node, fields));
      return false;
    }
    const now = readNodeConfig(answer.element);
    const wrong = Object.entries(wanted).filter(([name, value]) => now.has(name) && !means(name, value, now.get(name) ?? ''));
    if (wrong.length === 0) return false;
    const why = wrong.map(([name, value]) => `${name} ${now.get(name)} -> ${value}`).join(', ');
    log('info', `${node}: reconfigured`, { why });
    const refused = await settle((fields) => configureNode(node, fields));
    const open = wrong.some(([name]) => name === 'pubsub#access_model');
    if (refused !== undefined && open) log('error', `${node}: others can read it, and the server does not let it be closed: ${refused}`);
    return wrong.some(([name]) => name === MAX_ITEMS || name === 'pubsub#persist_items');
  }

  /** Asks with `max`, then with numbers. */
  async function settle(make: (fields: Options) => Element): Promise<string | undefined> {
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
      const ask = async (checked: boolean): Promise<StanzaFault | undefined> => {
        const answer = await connection.iq(make(checked ? publishOptions(wanted) : undefined));
        return answer.ok ? undefined : answer.error;
      };
      const first = await ask(withOptions);
      if (!first || PASSING.includes(first.condition)) return first?.condition;
      await prepare(true);
      const second = await ask(withOptions);
      if (!second || PASSING.includes(second.condition) || !withOptions) return second?.condition;
      const third = await ask(false); // the node was made right by itself: this server does not check it for us
      if (!third && !isPreconditionFailure(second)) withOptions = false;
      return third?.condition;
    },
  };
}

/** Whether a server’s way to say it is the same: booleans have two, and `max` may come back as its number. */
function means(name: string, wanted: string, has: string): boolean {
  if (wanted === 'true') return has === 'true' || has === '1';
  if (name === MAX_ITEMS) return has === 'max' || Number(has) >= (wanted === 'max' ? 255 : Number(wanted));
  return has === wanted;
}
