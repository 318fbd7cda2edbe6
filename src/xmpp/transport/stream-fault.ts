import { XmlError } from '../xml.ts';

/** What is no XML, or not what a stream may hold: it ends the stream. `condition` is the stream error to send (RFC 6120 4.9.3). */
export class StreamFault extends XmlError {
  override name = 'StreamFault';
  readonly condition: string;
  constructor(condition: string, message: string) {
    super(message);
    this.condition = condition;
  }
}

export function notWellFormed(message: string): StreamFault {
  return new StreamFault('not-well-formed', message);
}

/** Why a stanza that is well-formed XML is not taken. */
export type PassCause = 'size' | 'depth' | 'attributes' | 'namespace' | 'address' | 'not-xml';

/** The stream error for each cause, where a stream has to end of it. */
const CONDITIONS: Readonly<Record<PassCause, string>> = {
  size: 'policy-violation',
  depth: 'policy-violation',
  attributes: 'policy-violation',
  namespace: 'bad-namespace-prefix',
  address: 'improper-addressing',
  'not-xml': 'not-well-formed',
};

/** One stanza that cannot be taken, while the stream around it can go on. */
export class StanzaRefusal extends XmlError {
  override name = 'StanzaRefusal';
  readonly reason: PassCause;
  readonly condition: string;
  constructor(reason: PassCause, message: string, condition: string = CONDITIONS[reason]) {
    super(message);
    this.reason = reason;
    this.condition = condition;
  }
  asFault(): StreamFault {
    return new StreamFault(this.condition, this.message);
  }
}
