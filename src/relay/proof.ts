import type { Account, RelayTarget } from '../account/contract.ts';
import type { IqAnswer } from '../xmpp/contract.ts';
import { discoInfoQuery } from '../xmpp/features/disco.ts';
import { ping } from '../xmpp/features/ping.ts';

/** Milliseconds. */
export interface ProofTimes {
  /** How long after a message the device is asked, so that a burst costs one question. */
  readonly after: number;
  /** How long it has for its answer. */
  readonly answer: number;
  /** How long a device that did not answer is left alone. */
  readonly again: number;
}

export const proofTimes: ProofTimes = { after: 1000, answer: 30_000, again: 60_000 };

/** More than this unanswered, and it is asked at once. */
const HALF_FULL = 25;

/** Whether what was sent to a device has arrived: its own answer to a question behind it, for a server's is not its own. */
export interface Proof {
  /** Something may have been sent; `more` waits for room. */
  sent(more: boolean): void;
  /** Something is to be written down, though nothing was sent. */
  soon(): void;
  /** It answers nothing: what the server has acknowledged counts as arrived. */
  byServer(): boolean;
  stop(): void;
}

export interface ProofParts {
  readonly account: Account;
  readonly times: ProofTimes;
  inFlight(): number;
  /** The first so many of what is in flight have arrived. */
  arrived(count: number): void;
  settle(): void;
  /** From now on the server's acknowledgement has to do. */
  unanswered(): void;
}

/**
 * How it is asked. A ping (XEP-0199); where it refuses that, disco#info, which it has answered before: for
 * service-unavailable may be the server's word for a session that has just ended, and a result is never that.
 */
type Way = 'ping' | 'disco' | 'server';
const next: Readonly<Record<Way, Way>> = { ping: 'disco', disco: 'server', server: 'server' };
const NO_ANSWER = 'it answers no ping, so that it may miss what is under way when its connection breaks';

export function openProof(target: RelayTarget, { account, times, inFlight, arrived, settle, unanswered }: ProofParts): Proof {
  const { jid, device } = target;
  let way: Way = target.pings ? 'ping' : 'disco';
  let asking = false;
  /** It has answered, so that a silence now is a sleep or a break. */
  let answers = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function ask(): Promise<void> {
    const covered = inFlight();
    if (asking || stopped || covered === 0 || way === 'server') return;
    asking = true;
    const answer = await account.ask(way === 'ping' ? ping(jid) : discoInfoQuery(jid), times.answer);
    asking = false;
    if (!stopped) judge(answer, covered);
  }

  function judge(answer: IqAnswer, covered: number): void {
    const condition = answer.ok ? undefined : answer.error.condition;
    if (answer.ok || condition === 'feature-not-implemented') {
      if (!answers) account.noteDevice(device, undefined);
      answers = true;
      return arrived(covered);
    }
    if (condition === 'service-unavailable' || (condition === 'timeout' && !answers)) {
      way = next[way];
      if (way !== 'server') return void ask();
      account.noteDevice(device, NO_ANSWER);
      return unanswered();
    }
    later(times.again); // asleep, or about to be announced as gone
  }

  function later(wait: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (inFlight() > 0 && way !== 'server') void ask();
      settle();
    }, wait);
    timer.unref();
  }

  return {
    sent(more) {
      if (stopped || asking) return;
      if (inFlight() >= HALF_FULL || (more && inFlight() > 0)) void ask();
      else later(times.after);
    },
    soon: () => later(times.after),
    byServer: () => way === 'server',
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
