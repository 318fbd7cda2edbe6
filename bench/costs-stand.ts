// A real Prosody that counts each account's stanzas, rooms with a crowd in them, and what a process costs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProsody } from '../test/support/servers/prosody.ts';
import type { XmppServer } from '../test/support/servers/server.ts';

/** Stanzas, and bytes of their XML. */
export interface Count {
  readonly stanzas: number;
  readonly bytes: number;
}

/** What the account's sessions sent (`in`) and were sent (`out`) since it was last asked. */
export interface Traffic {
  /** Of one kind: `in room presence`, `out room message`, `out else nonza`. */
  of(kind: string): Count;
  /** All stanzas; what is no stanza (XEP-0198) is left out. */
  readonly all: Count;
  /** What is no stanza. */
  readonly nonzas: number;
}

export interface Stand {
  readonly server: XmppServer;
  traffic(user: string): Promise<Traffic>;
  /** Makes so many rooms with so many occupants each, who never say a word; their JIDs. */
  rooms(name: string, count: number, occupants: number): Promise<string[]>;
}

const MUTE = `local o = room:new_occupant("crowd" .. m .. "@" .. host, room.jid .. "/somebody " .. m); `
  + `local real = "crowd" .. m .. "@" .. host .. "/r"; `
  + `o:set_session(real, st.stanza("presence", { from = real }):tag("c", { xmlns = "http://jabber.org/protocol/caps", hash = "sha-1", `
  + `node = "https://gajim.org", ver = "2l5fUVmYyk6Ik0Lw3mVbXgUYUZM=" }):up()); room:save_occupant(o)`;

export async function startStand(): Promise<Stand> {
  const server = await startProsody({ logLevel: 'warn', modules: ['bench_traffic'], extra: `plugin_paths = { ${JSON.stringify(join(import.meta.dirname, 'prosody'))} }` });
  return {
    server,
    async traffic(user) {
      const told = await server.run(
        `> local of, list = prosody.bench_traffic[${JSON.stringify(user)}] or {}, {}; prosody.bench_traffic[${JSON.stringify(user)}] = nil; `
          + `for kind, sums in pairs(of) do list[#list + 1] = kind .. "=" .. sums[1] .. "/" .. sums[2] end; return "T{" .. table.concat(list, ";") .. "}"`,
      );
      const counts = new Map<string, Count>();
      for (const part of (/T\{(.*)\}/.exec(told)?.[1] ?? '').split(';').filter(Boolean)) {
        const [kind = '', stanzas, bytes] = part.split(/[=/]/);
        counts.set(kind, { stanzas: Number(stanzas), bytes: Number(bytes) });
      }
      const list = [...counts].filter(([kind]) => !kind.endsWith('nonza')).map(([, count]) => count);
      return {
        of: (kind) => counts.get(kind) ?? { stanzas: 0, bytes: 0 },
        all: list.reduce(plus, { stanzas: 0, bytes: 0 }),
        nonzas: (counts.get('in else nonza')?.stanzas ?? 0) + (counts.get('out else nonza')?.stanzas ?? 0),
      };
    },
    async rooms(name, count, occupants) {
      const domain = server.archivedRooms;
      const told = await server.run(
        `> local st, host, muc = require "util.stanza", ${JSON.stringify(server.domain)}, prosody.hosts[${JSON.stringify(domain)}].modules.muc; `
          + `for n = 1, ${count} do local room = muc.create_room(${JSON.stringify(name)} .. n .. "@${domain}"); room:set_persistent(true); `
          + `for m = 1, ${occupants} do ${MUTE} end; room:save(true) end; return "made"`,
      );
      if (!told.includes('made')) throw new Error(told);
      return Array.from({ length: count }, (_, n) => `${name}${n + 1}@${domain}`);
    },
  };
}

export function plus(a: Count, b: Count): Count {
  return { stanzas: a.stanzas + b.stanzas, bytes: a.bytes + b.bytes };
}

/** Milliseconds of CPU so far, all threads. */
export function cpuOf(pid: number): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]));
  return nanoseconds.reduce((a, b) => a + b, 0) / 1e6;
}

/** Resident memory, MiB. */
export function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
