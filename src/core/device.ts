/** What is known of a resource of the account that is online. */
export interface Resource {
  /** The full JID. */
  readonly jid: string;
  /** XEP-0115 node: the software's address. */
  readonly capsNode: string | undefined;
  /** The name in the disco identity, else in XEP-0092. */
  readonly software: string | undefined;
  /** disco#info features; `undefined` until it has answered. */
  readonly features: ReadonlySet<string> | undefined;
  /** The person's switch; `undefined` where never touched. */
  readonly wish: boolean | undefined;
  /** It answered a relay with a stanza error, for this reason. */
  readonly refused: string | undefined;
}

export interface RelayDecision {
  readonly relay: boolean;
  /** One sentence for the log and the devices page. */
  readonly why: string;
}

interface KnownSoftware {
  /** Found in the caps node or the software's name, lower case. */
  readonly sign: string;
  readonly relay: boolean;
  readonly why: string;
}

/** FACTS, November 2026: which software takes a carbon whose from is a full JID of the account. First match counts. */
export const knownSoftware: readonly KnownSoftware[] = [
  { sign: 'poezio', relay: true, why: 'poezio 0.14 compares bare JIDs (measured)' },
  { sign: 'slixmpp', relay: true, why: 'slixmpp 1.8 compares bare JIDs (measured)' },
  { sign: 'mcabber', relay: true, why: 'mcabber 1.1 takes it into a buffer (measured)' },
  { sign: 'stanza.js', relay: true, why: 'stanza.js compares bare JIDs (read in its source)' },
  { sign: 'stanzajs', relay: true, why: 'stanza.js compares bare JIDs (read in its source)' },
  { sign: 'smack', relay: true, why: 'Smack takes it (read in its source)' },
  { sign: 'movim', relay: true, why: 'Movim stores it in the room (read in its source)' },
  ...['profanity', 'dino', 'gajim', 'psi', 'converse', 'conversations', 'monal', 'kaidan', 'qxmpp'].map((sign) => ({
    sign,
    relay: false,
    why: `${sign} takes carbons from the bare JID alone; connect it through the bouncer`,
  })),
];

/** XEP-0280 by the account itself is the only shape that a device asks for by this feature. */
const NS_RELAY = 'urn:minimix:relay:0';

/** Whether a resource gets the relay, and why. DESIGN: Who gets it. */
export function decideRelay(resource: Resource, isOccupant = false): RelayDecision {
  if (resource.refused !== undefined) return { relay: false, why: `it answered with an error: ${resource.refused}` };
  if (resource.wish === false) return { relay: false, why: 'you switched it off' };
  if (isOccupant) return { relay: false, why: 'the device is itself an occupant of the room' };
  if (resource.wish === true) return { relay: true, why: 'you switched it on' };
  if (resource.features?.has(NS_RELAY)) return { relay: true, why: `it announces ${NS_RELAY}` };
  const text = `${resource.capsNode ?? ''} ${resource.software ?? ''}`.toLowerCase();
  const known = knownSoftware.find(({ sign }) => text.includes(sign));
  if (known) return { relay: known.relay, why: known.why };
  if (resource.features === undefined) return { relay: false, why: 'it has not said yet what it is' };
  return { relay: false, why: 'its software is not known to take relayed carbons' };
}
