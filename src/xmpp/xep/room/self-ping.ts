// XEP-0410: MUC Self-Ping (Schrödinger's Chat)
import type { IqAnswer } from '../../contract.ts';

export type SelfPingVerdict = 'joined' | 'not-joined' | 'unknown';

/** 3.2, condition by condition. Any other error: probably not joined any more. */
const verdicts: Readonly<Record<string, SelfPingVerdict>> = {
  'not-acceptable': 'not-joined',
  'service-unavailable': 'joined', // our own client does not answer pings, but the room asked it
  'feature-not-implemented': 'joined',
  'item-not-found': 'joined', // the nick was changed under way: a presence will tell
  'remote-server-not-found': 'unknown',
  'remote-server-timeout': 'unknown',
  timeout: 'unknown',
  disconnected: 'unknown',
  malformed: 'unknown',
};

/** Whether a self-ping's answer shows that we are still in the room. */
export function selfPingVerdict(answer: IqAnswer): SelfPingVerdict {
  if (answer.ok) return 'joined';
  return verdicts[answer.error.condition] ?? 'not-joined';
}
