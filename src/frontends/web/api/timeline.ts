import type { KeptMessage, MessageKind } from '../../../core/groupchat.ts';
import { bareOf, resourceOf } from '../../../core/jid.ts';
import type { MentionReason } from '../../../core/mention.ts';
import { fallbacksIn, isEncrypted, readableBody } from '../../../core/readable.ts';
import type { Excerpt } from '../../../core/search.ts';
import { NS_MENTIONS, readExplicitMentions } from '../../../xmpp/xep/message/explicit-mention.ts';
import { delaysOf, NS_DELAY } from '../../../xmpp/xep/message/delay.ts';
import { NS_SPOILER, readSpoiler } from '../../../xmpp/xep/message/spoiler.ts';
import { isUnstyled, NS_STYLING } from '../../../xmpp/xep/message/styling.ts';
import { attributeOf, parseElement } from '../../../xmpp/xml.ts';
import { fileOfMessage } from './file-link.ts';

/** A message as the page and the command line see it: `history --json` has these names. */
export interface TimelineMessage {
  /** The archive id; only grows. */
  readonly id: number;
  readonly account: string;
  readonly room: string;
  readonly nick: string | null;
  /** The nick of the one to whom we said it in private; null for what others say, or what all hear. */
  readonly to: string | null;
  /** UTC, ISO 8601: the room's time. */
  readonly at: string;
  readonly arrivedAt: string;
  readonly kind: MessageKind;
  /** As its sender wrote it, without what is for clients that do not know what else is in it (XEP-0428); null where nobody wrote any. */
  readonly body: string | null;
  readonly encrypted: boolean;
  readonly subject: string | null;
  /** The id that its sender gave the stanza: an edit names it. */
  readonly messageId: string | null;
  readonly stanzaId: string | null;
  readonly originId: string | null;
  readonly occupantId: string | null;
  /** When it was said by a delay that does not count (XEP-0203), where that is another time: whoever put it there claims so. */
  readonly claimedAt: string | null;
  /** Came as the room's history, not live. */
  readonly delayed: boolean;
  /** Why it is meant for the person, as decided when it was received. */
  readonly mention: MentionReason | null;
  /** The parts of the body that mention somebody (XEP-0513), as UTF-16 offsets. */
  readonly mentioned: readonly { readonly start: number; readonly end: number }[];
  /** What it links to where it is about a file; `picture` by its name alone. */
  readonly file: { readonly url: string; readonly name: string; readonly picture: boolean } | null;
  /** XEP-0382: its text is not to be seen before one asks for it; the sender's hint, or ''. */
  readonly spoiler: string | null;
  /** XEP-0393 5.1: its sender wants no styling. */
  readonly unstyled: boolean;
}

/** Milliseconds by which clocks differ, and for which a message is on its way. */
const SAME_TIME = 60_000;

/** What a search found: `excerpt.marks` are pairs of UTF-16 offsets into `excerpt.text`. */
export interface TimelineHit extends TimelineMessage {
  readonly excerpt: Excerpt;
  /** The archive id of the message that shows these words: of an edit, what it edits. */
  readonly shownAt: number;
}

/** The stanza's own text stays in the archive: nobody above needs it. */
export function toTimeline(message: KeptMessage): TimelineMessage {
  return {
    id: message.archiveId,
    account: message.account,
    room: message.room,
    nick: message.nick ?? null,
    to: recipientOf(message) ?? null,
    at: new Date(message.at).toISOString(),
    arrivedAt: new Date(message.arrivedAt).toISOString(),
    kind: message.kind,
    body: readableBody(message) ?? null,
    encrypted: isEncrypted(message),
    subject: message.subject ?? null,
    messageId: message.id ?? null,
    stanzaId: message.stanzaId ?? null,
    originId: message.originId ?? null,
    occupantId: message.occupantId ?? null,
    claimedAt: claimOf(message) ?? null,
    delayed: message.delayed,
    mention: message.mention ?? null,
    mentioned: mentionedIn(message),
    file: fileOfMessage(message) ?? null,
    spoiler: message.xml.includes(NS_SPOILER) ? (readSpoiler(parseElement(message.xml)) ?? null) : null,
    unstyled: message.xml.includes(NS_STYLING) && isUnstyled(parseElement(message.xml)),
  };
}

/** XEP-0513 counts code points; a part that is not in the body is none. */
function mentionedIn({ body, xml }: Pick<KeptMessage, 'body' | 'xml'>): TimelineMessage['mentioned'] {
  if (body === undefined || !xml.includes(NS_MENTIONS)) return [];
  const ranges = readExplicitMentions(parseElement(xml)).flatMap(({ range }) => range ?? []);
  if (ranges.length === 0) return [];
  const offsets = [0];
  for (const character of body) offsets.push((offsets.at(-1) ?? 0) + character.length);
  const cuts = fallbacksIn({ body, xml });
  return ranges.flatMap(({ begin, end }) => {
    const [start, stop] = [offsets[begin], offsets[end]];
    if (start === undefined || stop === undefined || cuts.some((cut) => cut.start < stop && cut.end > start)) return [];
    const before = cuts.reduce((sum, cut) => sum + (cut.end <= start ? cut.end - cut.start : 0), 0);
    return [{ start: start - before, end: stop - before }];
  });
}

/** What we have sent is kept as it was sent, with the occupant's address; what comes is addressed to us. */
function recipientOf({ kind, room, xml }: Pick<KeptMessage, 'kind' | 'room' | 'xml'>): string | undefined {
  if (kind !== 'private') return undefined;
  const to = attributeOf(parseElement(xml), 'to') ?? '';
  return bareOf(to) === room ? resourceOf(to) || undefined : undefined;
}

function claimOf({ xml, at }: Pick<KeptMessage, 'xml' | 'at'>): string | undefined {
  if (!xml.includes(NS_DELAY)) return undefined;
  const claim = delaysOf(parseElement(xml)).find((delay) => Math.abs(delay.at - at) > SAME_TIME);
  return claim && new Date(claim.at).toISOString();
}
