import { finding, type Finding } from '../../core/diagnostics.ts';
import { domainOf } from '../../core/jid.ts';
import { FEATURE_COMPAT, FEATURE_COMPAT_PEP } from '../../xmpp/xep/bookmarks/bookmarks.ts';
import { discoInfoQuery, readDiscoInfo } from '../../xmpp/xep/service/disco.ts';
import { NS_MAM } from '../../xmpp/xep/service/mam.ts';
import { NS_CARBONS } from '../../xmpp/xep/message/relay-envelope.ts';
import { readTime, timeQuery } from '../../xmpp/xep/service/time.ts';
import type { Element } from '../../xmpp/xml.ts';
import type { StorageSummary } from '../bookmarks/contract.ts';
import type { QuarantinedStanza } from '../../archive/contract.ts';
import { oneLine } from '../../core/printable.ts';
import { needsNobody } from '../../core/room.ts';
import type { FailedSubscriber } from '../events.ts';
import type { RoomSummary } from '../rooms/contract.ts';
import type { Ask } from './server-parts.ts';

const PATIENCE = 8_000; // milliseconds for one answer
const SKEW_NOTED = 5_000;
const SKEW_BAD = 60_000;

/** What a server may lack, what that means for the person, and what whoever runs the server can do about it. */
const WANTED: readonly (readonly [check: string, namespace: string, lacks: string, modules: string])[] = [
  ['stream management', 'urn:xmpp:sm:3', 'The server does not support stream management (XEP-0198): after each disconnect Minimix logs in again and rejoins your rooms.', 'Prosody: mod_smacks; ejabberd: mod_stream_mgmt'],
  ['carbons', NS_CARBONS, 'The server does not support carbons (XEP-0280): your devices do not see chat messages sent from your other devices.', 'Prosody: mod_carbons; ejabberd: mod_carboncopy'],
  ['archive on the server', NS_MAM, 'The server does not archive your chats (XEP-0313). Minimix archives your rooms anyway.', 'Prosody and ejabberd: mod_mam'],
  ['client state', 'urn:xmpp:csi:0', 'The server does not support client state indication (XEP-0352): every presence wakes a phone.', 'Prosody: mod_csi_simple; ejabberd: mod_client_state'],
  ['push', 'urn:xmpp:push:0', 'The server does not support push (XEP-0357): a sleeping phone is not told of new messages.', 'Prosody: mod_cloud_notify; ejabberd: mod_push'],
];

/** What the account's server offers and what its clock says; `stream` is what it offers on the stream itself. */
export async function examineServer(ask: Ask, { account, stream, now = Date.now }: { account: string; stream: Element | undefined; now?: () => number }): Promise<Finding[]> {
  const domain = domainOf(account);
  const [own, server, clock] = await Promise.all([ask(discoInfoQuery(account), PATIENCE), ask(discoInfoQuery(domain), PATIENCE), examineClock(ask, domain, now)]);
  if (!own.ok && !server.ok) {
    const message = `The server does not list its features: ${server.error.condition}.`;
    return [finding({ check: 'server', level: 'bad', message, todo: 'Try again later. If it stays like this, ask your server’s admin.' }, account)];
  }
  const infos = [own, server].flatMap((answer) => (answer.ok ? (readDiscoInfo(answer.element) ?? []) : []));
  const offered = (stream?.children ?? []).flatMap((child) => (typeof child === 'string' ? [] : [child.getNS() ?? '']));
  const features = new Set([...offered, ...infos.flatMap((info) => [...info.features])]);
  const pep = infos.some(({ identities }) => identities.some(({ category, type }) => category === 'pubsub' && type === 'pep'));
  const found = WANTED.map(([check, namespace, lacks, modules]) =>
    features.has(namespace) ? finding({ check, level: 'ok', message: `The server supports it (${namespace}).` }, account) : finding({ check, level: 'note', message: lacks, todo: askFor(modules) }, account),
  );
  return [...found, pepFinding(account, pep), bridgeFinding(account, features, pep), { ...clock, account }];
}

/** What the person cannot do on a server of somebody else's. */
function askFor(modules: string): string {
  return `Minimix works without it. Your server’s admin can add it (${modules}).`;
}

function pepFinding(account: string, pep: boolean): Finding {
  if (pep) return finding({ check: 'pep', level: 'ok', message: 'The server supports personal eventing (PEP, XEP-0163).' }, account);
  return finding({ check: 'pep', level: 'note', message: 'The server does not support PEP (XEP-0163): bookmarks are stored only in the old format (XEP-0049), and clients are not told of changes.', todo: askFor('Prosody: mod_pep; ejabberd: mod_pubsub with its plugin pep') }, account);
}

function bridgeFinding(account: string, features: ReadonlySet<string>, pep: boolean): Finding {
  const check = 'bookmarks bridging';
  const [one, other] = [features.has(FEATURE_COMPAT), features.has(FEATURE_COMPAT_PEP)];
  if (one || other) return finding({ check, level: 'ok', message: `The server shows one list of bookmarks in several formats (${[one && FEATURE_COMPAT, other && FEATURE_COMPAT_PEP].filter(Boolean).join(', ')}).` }, account);
  if (!pep) return finding({ check, level: 'ok', message: 'Bookmarks are stored in one format; there is nothing to bridge.' }, account);
  const message = 'The server does not bridge bookmarks (XEP-0402), so old and new clients use different lists. Minimix keeps them in sync.';
  return finding({ check, level: 'note', message, todo: `${askFor('Prosody: mod_bookmarks; ejabberd 23.10 or newer: mod_private beside mod_pubsub')} Until then, keep Minimix running while a client changes its list.` }, account);
}

async function examineClock(ask: Ask, domain: string, now: () => number): Promise<Omit<Finding, 'account'>> {
  const before = now();
  const answer = await ask(timeQuery(domain), PATIENCE);
  const after = now();
  const time = answer.ok ? readTime(answer.element) : undefined;
  const check = 'clock';
  if (time === undefined) return { check, level: 'note', message: 'The server does not report its time (XEP-0202).', todo: 'Check this computer’s clock yourself: `timedatectl`.' };
  const skew = time - (before + after) / 2;
  const seconds = Math.round(Math.abs(skew) / 100) / 10;
  if (Math.abs(skew) < SKEW_NOTED) return { check, level: 'ok', message: `The clocks of this computer and the server are ${seconds} s apart.`, todo: null };
  const message = `This clock is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} the server’s, so the times of messages may be wrong.`;
  return { check, level: Math.abs(skew) < SKEW_BAD ? 'note' : 'bad', message, todo: 'Let the system set its clock from the network: `timedatectl set-ntp true`.' };
}

interface ExaminedLists {
  readonly account: string;
  readonly storages: readonly StorageSummary[];
  /** How many removals wait for the person. */
  readonly held: number;
  readonly rooms: readonly RoomSummary[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Subscribers that could not take an event. */
  readonly failed: readonly FailedSubscriber[];
  /** Stanzas that could not be taken, oldest first. */
  readonly quarantined: readonly QuarantinedStanza[];
}

const UNVERIFIED = 15 * 60_000;
const MOST_NAMED = 5;

/** How the bookmarks and the rooms of an account that runs fare. */
export function examineLists({ account, storages, held, rooms, now, failed, quarantined }: ExaminedLists): Finding[] {
  const found: Finding[] = [];
  const troubled = storages.filter(({ trouble }) => trouble !== undefined);
  for (const { name, trouble } of troubled) {
    found.push(finding({ check: 'bookmarks', level: 'note', message: `The bookmark format “${name}” is not in use: ${trouble ?? ''}`, todo: 'Minimix keeps the other formats in sync; `minimix bookmarks list` shows differences.' }, account));
  }
  if (held > 0) found.push(finding({ check: 'bookmarks', level: 'bad', message: `${held} removed bookmarks need your decision.`, todo: '`minimix bookmarks held`, then `restore --held` or `accept ID`.' }, account));
  else if (troubled.length < storages.length) found.push(finding({ check: 'bookmarks', level: 'ok', message: `${Math.max(...storages.map((one) => one.rooms))} rooms are bookmarked; no removal needs your decision.` }, account));
  for (const { name, lost, event, why, at } of failed) {
    const message = `${name} could not take ${lost === 1 ? 'an event' : `${lost} events`}, last “${event}” at ${new Date(at).toISOString()}: ${why}`;
    found.push(finding({ check: 'events', level: 'bad', message, todo: 'This is a fault in Minimix: please report it with the log (`minimix log --level error`).' }, account));
  }
  const last = quarantined.at(-1);
  if (last) {
    const message = `${quarantined.length === 1 ? 'One stanza' : `${quarantined.length} stanzas`} could not be read and ${quarantined.length === 1 ? 'is' : 'are'} in quarantine; the last one came at ${new Date(last.at).toISOString()} from ${last.sender ?? 'the server'} (${last.kind}, ${last.size} bytes): ${last.cause}`;
    found.push(finding({ check: 'quarantine', level: 'note', message: oneLine(message), todo: 'Nothing else was lost. If it was a message that you miss, ask its sender to send it again in parts.' }, account));
  }
  const silent = rooms.filter(({ state, verifiedAt }) => state === 'joined' && (verifiedAt === undefined || now - Date.parse(verifiedAt) > UNVERIFIED));
  const outside = rooms.filter(({ state }) => state !== 'joined' && needsNobody(state));
  const stuck = rooms.filter(({ state }) => !needsNobody(state));
  if (silent.length > 0) found.push(finding({ check: 'rooms', level: 'bad', message: `${silent.length} rooms have not been verified for 15 minutes: ${namesOf(silent)}.`, todo: 'Wait for the next check. If it stays like this, see `minimix rooms ROOM --log`.' }, account));
  if (outside.length > 0) found.push(finding({ check: 'rooms', level: 'note', message: `${outside.length} rooms are not joined yet: ${namesOf(outside)}.`, todo: 'Minimix keeps trying; `minimix rooms` says why.' }, account));
  if (stuck.length > 0) found.push(finding({ check: 'rooms', level: 'note', message: `${stuck.length} rooms need attention: ${namesOf(stuck)}.`, todo: '`minimix rooms` says why. Join again, or leave.' }, account));
  if (silent.length + outside.length + stuck.length === 0) found.push(finding({ check: 'rooms', level: 'ok', message: `${rooms.length} rooms, all joined and verified.` }, account));
  return found;
}

function namesOf(rooms: readonly RoomSummary[]): string {
  const named = rooms.slice(0, MOST_NAMED).map(({ room, state }) => `${room} (${state})`);
  return `${named.join(', ')}${rooms.length > MOST_NAMED ? ', …' : ''}`;
}
