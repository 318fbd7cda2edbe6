// XEP-0045 7.4, 7.5, 8.1: what occupants and the room say
import type { GroupchatMessage, MessageKind } from '../../../core/groupchat.ts';
import type { ExplicitMention } from '../../../core/mention.ts';
import { bareOf, resourceOf } from '../../../core/jid.ts';
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';
import { mentionElement } from './explicit-mention.ts';
import { delaysOf, readDelay } from './delay.ts';
import { NS_MUC_USER } from '../room/muc.ts';
import { ADDRESS, short } from '../service/short.ts';
import { fallbackFor } from './fallback.ts';
import { oob } from './oob.ts';
import { NS_REACTIONS } from './reactions.ts';
import { NS_RETRACT } from './retract.ts';
import { spoiler } from './spoiler.ts';
import { readOccupantId } from '../room/occupant-id.ts';
import { originId, readOriginId, readStanzaId } from './stanza-id.ts';

const NS_CORRECT = 'urn:xmpp:message-correct:0'; // XEP-0308
const NS_RETRACT_0 = 'urn:xmpp:message-retract:0';
const NS_MODERATE_0 = 'urn:xmpp:message-moderate:0'; // XEP-0425 before 0.3
const NS_FASTEN = 'urn:xmpp:fasten:0'; // XEP-0422, under the older two
const NS_REPLY = 'urn:xmpp:reply:0'; // XEP-0461
const NS_MARKERS = 'urn:xmpp:chat-markers:0'; // XEP-0333
const NS_EME = 'urn:xmpp:eme:0'; // XEP-0380
const encryptions = ['eu.siacs.conversations.axolotl', 'urn:xmpp:omemo:1', 'urn:xmpp:omemo:2', 'urn:xmpp:openpgp:0'];

interface ReadContext {
  /** When it reached us, in milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** The room announces XEP-0359, so that its stanza-id counts (another room would let an occupant's through). */
  readonly stanzaIds: boolean;
  /** The room announces XEP-0421, in the same way. */
  readonly occupantIds: boolean;
  /** It comes out of the archive of a room that shows addresses (XEP-0313); elsewhere whoever speaks could name any. */
  readonly addresses?: boolean;
  /** The room is sending its history: its delay stamps count. Live, anybody could have put one there. */
  readonly history: boolean;
  /** After a resumption: by whom it may have been held, whose delay is then its time. */
  readonly held?: HeldDelays | undefined;
}

export interface HeldDelays {
  /** Bare JIDs. */
  readonly by: ReadonlySet<string>;
  /** Milliseconds since the epoch; outside of these it is a claim. */
  readonly from: number;
  readonly to: number;
}

/** A `<message type='groupchat'/>` or a private message from an occupant, as columns; `undefined` where it is neither. */
export function readGroupchat(element: Element, context: ReadContext): GroupchatMessage | undefined {
  const type: unknown = element.attrs['type'];
  if (element.name !== 'message' || type === 'error' || type === 'headline') return undefined;
  const from = String(element.attrs['from'] ?? '');
  const room = bareOf(from);
  const nick = resourceOf(from);
  if (room === '' || (type !== 'groupchat' && nick === '')) return undefined;
  const delay = context.history ? readDelay(element, room) : undefined;
  return {
    room,
    nick: nick === '' ? undefined : nick,
    kind: type === 'groupchat' ? kindOf(element) : 'private',
    id: text(element.attrs['id']),
    // a room gives ids to what it tells all; what stands on a private message is its sender's
    stanzaId: context.stanzaIds && type === 'groupchat' ? readStanzaId(element, room) : undefined,
    originId: readOriginId(element),
    occupantId: context.occupantIds ? readOccupantId(element) : undefined,
    realJid: context.addresses === true ? short(element.getChild('x', NS_MUC_USER)?.getChild('item')?.attrs['jid'], ADDRESS) : undefined,
    body: childOf(element, 'body')?.getText(),
    subject: childOf(element, 'subject')?.getText(),
    at: delay ?? heldSince(element, context.held) ?? context.arrivedAt,
    delayed: delay !== undefined,
    ...relations(element),
  };
}

function heldSince(element: Element, held: HeldDelays | undefined): number | undefined {
  if (!held) return undefined;
  return delaysOf(element).findLast(({ from, at }) => from !== undefined && held.by.has(from) && at >= held.from && at <= held.to)?.at;
}

function relations(element: Element): Pick<GroupchatMessage, 'replaces' | 'retracts' | 'reactsTo' | 'repliesTo'> {
  return {
    replaces: text(element.getChild('replace', NS_CORRECT)?.attrs['id']),
    retracts: retracted(element),
    reactsTo: text(element.getChild('reactions', NS_REACTIONS)?.attrs['id']),
    repliesTo: text(element.getChild('reply', NS_REPLY)?.attrs['id']),
  };
}

/** XEP-0424 3 and XEP-0425 4; the older forms lie in XEP-0422 `<apply-to/>`. */
function retracted(element: Element): string | undefined {
  const direct = element.getChild('retract', NS_RETRACT);
  if (direct) return text(direct.attrs['id']);
  const fastened = element.getChild('apply-to', NS_FASTEN);
  const old = fastened?.getChild('retract', NS_RETRACT_0) ?? fastened?.getChild('moderated', NS_MODERATE_0);
  return old && text(fastened?.attrs['id']);
}

/** 8.1: a subject with words or a thread beside it is a message that has one, and changes nothing. */
export function isSubjectChange(element: Element): boolean {
  return ['body', 'thread'].every((name) => !childOf(element, name)) && childOf(element, 'subject') !== undefined;
}

/** RFC 6121 5.2: a child that is the message's own: a room lets anybody through with a subject of another namespace. */
function childOf(element: Element, name: string): Element | undefined {
  const namespace = element.getNS();
  return element.getChildren(name).find((child) => child.getNS() === namespace && child.attrs['xmlns'] !== ''); // '' is none, which ltx does not know
}

function kindOf(element: Element): MessageKind {
  if (encryptions.some((ns) => element.getChild('encrypted', ns)) || element.getChild('encryption', NS_EME)) return 'encrypted';
  if (element.getChild('replace', NS_CORRECT)) return 'correction';
  if (retracted(element) !== undefined) return 'retraction';
  if (element.getChild('reactions', NS_REACTIONS)) return 'reaction';
  if (childOf(element, 'body')) return 'message';
  if (isSubjectChange(element)) return 'subject';
  if (element.children.some((child) => typeof child !== 'string' && child.attrs['xmlns'] === NS_MARKERS)) return 'marker';
  return 'other';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

interface RepliedTo {
  /** The room's stanza-id. */
  readonly id: string;
  readonly nick: string;
  /** The words that it answers: whoever does not know XEP-0461 reads them above the answer. */
  readonly quote?: string | undefined;
}

/** What a message of ours says of another: XEP-0308 the id that it replaces, XEP-0461 the stanza-id that it answers, and of a file. */
export interface About {
  readonly replaces?: string | undefined;
  readonly reply?: RepliedTo | undefined;
  /** XEP-0382: what to show instead until somebody asks for it, or ''. */
  readonly spoiler?: string | undefined;
  /** XEP-0066. */
  readonly file?: string | undefined;
  /** XEP-0513. */
  readonly explicit?: readonly ExplicitMention[] | undefined;
}

const QUOTED_LINES = 4;
const QUOTED = 300; // characters

/** XEP-0461 4: what stands above an answer for those that do not know that it is one; `groupchatMessage` is given it with the body. */
export function quoteOf({ nick, quote = '' }: RepliedTo): string {
  const lines = quote.trim() === '' ? [] : quote.trim().slice(0, QUOTED).toWellFormed().split('\n').slice(0, QUOTED_LINES);
  return lines.length === 0 ? '' : [`> ${nick} wrote:`, ...lines.map((line) => `> ${line}`), ''].join('\n');
}

/** 7.4: a message of ours to the room, with the id as XEP-0359 origin-id beside it. */
export function groupchatMessage({ room, id, body }: { room: string; id: string; body: string }, { replaces, reply, file, spoiler: hint, explicit = [] }: About = {}): Element {
  const message = xml('message', { to: room, type: 'groupchat', id }, xml('body', {}, body), originId(id));
  if (replaces !== undefined) message.append(xml('replace', { xmlns: NS_CORRECT, id: replaces }));
  if (reply) {
    message.append(xml('reply', { xmlns: NS_REPLY, to: `${room}/${reply.nick}`, id: reply.id }));
    const quoted = Array.from(quoteOf(reply)).length;
    if (quoted > 0) message.append(fallbackFor(NS_REPLY, quoted));
  }
  if (hint !== undefined) message.append(spoiler(hint));
  if (file !== undefined) message.append(oob(file));
  for (const one of explicit) message.append(mentionElement(one));
  return message;
}
