import { bareOf, resourceOf } from '../core/jid.ts';
import { decideRelay } from '../core/device.ts';
import type { RelayDecision, Resource } from '../core/device.ts';
import { readCaps } from '../xmpp/features/caps.ts';
import { discoInfoQuery, readDiscoInfo } from '../xmpp/features/disco.ts';
import type { Stanza } from '../xmpp/stanza.ts';
import type { DeviceSummary } from './contract.ts';
import type { Draft, Ground } from './ground.ts';

/** More resources than this of one account are no person's devices. */
const MAX_RESOURCES = 50;

/** The account's other resources, as far as their presence reaches us (RFC 6121 4.2.2). */
export interface Devices {
  /** Reads presence from one of the account's own resources. */
  receive(draft: Draft, stanza: Stanza): void;
  /** A new stream: whoever is there will be announced anew. */
  reset(): void;
  summaries(): DeviceSummary[];
  /** Full JIDs that get a room's messages by the relay, each with the reason. */
  relayTargets(room: string): { readonly jid: string; readonly decision: RelayDecision }[];
  /** A device has answered a relay with an error: no more of it until someone says otherwise. */
  refuse(jid: string, why: string): void;
}

export function openDevices(ground: Ground, changed: (devices: DeviceSummary[]) => void): Devices {
  const resources = new Map<string, Resource>();

  function update(jid: string, change: Partial<Resource>): void {
    const known = resources.get(jid);
    if (!known) return;
    resources.set(jid, { ...known, ...change });
    changed(summaries());
  }

  async function ask(jid: string, node: string | undefined): Promise<void> {
    const answer = await ground.connection.iq(discoInfoQuery(jid, node));
    const info = answer.ok ? readDiscoInfo(answer.element) : undefined;
    update(jid, { features: info?.features ?? new Set(), software: info?.identities[0]?.name });
  }

  function appeared(jid: string, stanza: Stanza): void {
    const caps = readCaps(stanza.element);
    const node = caps && `${caps.node}#${caps.ver}`;
    const known = resources.get(jid);
    if (!known && resources.size >= MAX_RESOURCES) return;
    const refused = ground.archive.value(ground.jid, refusalKey(jid));
    resources.set(jid, {
      jid,
      capsNode: node,
      software: known?.software,
      features: known?.features,
      wish: known?.wish,
      refused: known?.refused ?? refused,
    });
    if (!known || known.capsNode !== node) void ask(jid, node);
    changed(summaries());
  }

  function summaries(): DeviceSummary[] {
    return [...resources.values()].map((resource) => {
      const { relay, why } = decideRelay(resource);
      const name = resourceOf(resource.jid);
      const label = resource.software ?? name;
      return { account: ground.jid, id: name, label, resource: name, online: true, door: relay ? 'relay' : 'none', relay, why };
    });
  }

  return {
    receive(draft, stanza) {
      const jid = stanza.from;
      const status = ground.connection.status();
      const own = status.state === 'online' && status.jid === jid;
      if (bareOf(jid) !== ground.jid || resourceOf(jid) === '' || own) return;
      if (stanza.type === undefined) draft.afterwards(() => appeared(jid, stanza));
      if (stanza.type !== 'unavailable') return;
      draft.afterwards(() => {
        if (resources.delete(jid)) changed(summaries());
      });
    },
    reset() {
      resources.clear();
      changed([]);
    },
    summaries,
    relayTargets(room) {
      const siblings = ground.room(room)?.siblings ?? [];
      return [...resources.values()].flatMap((resource) => {
        const decision = decideRelay(resource, siblings.includes(resource.jid));
        return decision.relay ? [{ jid: resource.jid, decision }] : [];
      });
    },
    refuse(jid, why) {
      if (!resources.has(jid)) return;
      ground.transact(() => ground.archive.setValue(ground.jid, refusalKey(jid), why));
      update(jid, { refused: why });
      ground.log('warn', `${jid} refused a relayed message; the relay to it is off`, { why });
    },
  };
}

function refusalKey(jid: string): string {
  return `relay-refused:${resourceOf(jid)}`;
}
