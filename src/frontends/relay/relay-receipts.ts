import type { Account } from '../../account/contract.ts';
import type { RelayTarget } from '../../account/devices/contract.ts';
import { inBackground } from '../../core/background.ts';
import type { IqAnswer } from '../../xmpp/contract.ts';
import { discoInfoQuery } from '../../xmpp/xep/service/disco.ts';
import { ping } from '../../xmpp/xep/service/ping.ts';

/** Milliseconds. */
export interface ReceiptTimes {
  /** From a message to the question whether it has arrived, so that a burst costs one question. */
  readonly after: number;
  /** How long the device has for its answer. */
  readonly answer: number;
  /** How long a device that did not answer is not asked again. */
  readonly again: number;
}

export const receiptTimes: ReceiptTimes = { after: 1000, answer: 30_000, again: 60_000 };

/** After so many messages the device is asked at once, even if it has not answered the last question. */
const ASK_EVERY = 50;

/** Finds out what has arrived at a device: it answers a question that was sent behind the messages. An answer of its server proves nothing. */
interface RelayReceipts {
  /** Messages may have been sent; with `more`, further ones wait until some have arrived. */
  sent(more: boolean): void;
  /** We are online again: the silence of a device may have been ours. */
  wake(): void;
  /** The device answers no question: what the server has acknowledged counts as arrived. */
  byServer(): boolean;
  stop(): void;
}

interface ReceiptParts {
  readonly account: Account;
  readonly times: ReceiptTimes;
  readonly log: (message: string, about: object) => void;
  inFlight(): number;
  /** The first `count` messages in flight have arrived. */
  arrived(count: number): void;
  /** From now on only the server's acknowledgement counts. */
  unanswered(): void;
}

/**
 * The questions for a device: a ping (XEP-0199), and disco#info if the device refuses that. A server answers
 * service-unavailable for a session that has just ended, so an error proves nothing; a result does.
 */
type Way = 'ping' | 'disco';

interface Question {
  readonly way: Way;
  /** The number of messages sent between the question before and this one. */
  covers: number;
}

/** When the device is asked next: after the next message, when the timer ends, or (it was silent for too long) not before the timer ends. */
type NextQuestion = { readonly when: 'open' } | { readonly when: 'soon' | 'resting'; readonly timer: NodeJS.Timeout };

/** How we learn what has arrived. */
type ReceiptState =
  /** `answered`: it has answered before, so it is asleep or disconnected if it is silent now. */
  | { readonly by: 'device'; readonly way: Way; readonly answered: boolean; readonly next: NextQuestion }
  /** The device answers nothing. */
  | { readonly by: 'server' }
  /** The session is over. */
  | { readonly by: 'nobody' };

const OPEN: NextQuestion = { when: 'open' };
const NO_ANSWER = 'it answers no ping, so that it may miss what is under way when its connection breaks';

export function openRelayReceipts(target: RelayTarget, { account, times, log, inFlight, arrived, unanswered }: ReceiptParts): RelayReceipts {
  const { jid, device } = target;
  let now: ReceiptState = { by: 'device', way: target.pings ? 'ping' : 'disco', answered: false, next: OPEN };
  /** Open questions, in the order of asking. A device that answers one has everything that was sent before it. */
  const questions: Question[] = [];

  function unasked(): number {
    return questions.reduce((rest, { covers }) => rest - covers, inFlight());
  }

  async function ask(): Promise<void> {
    if (now.by !== 'device' || unasked() === 0) return;
    const question: Question = { way: now.way, covers: unasked() };
    questions.push(question);
    const answer = await account.server.ask(question.way === 'ping' ? ping(jid) : discoInfoQuery(jid), times.answer);
    if (questions.includes(question)) judge(answer, question);
  }

  function askNow(): void {
    inBackground((_level, message, about) => log(message, about), `asking ${jid} what has arrived`, ask());
  }

  function judge(answer: IqAnswer, question: Question): void {
    if (now.by === 'nobody') return;
    const place = questions.indexOf(question);
    const condition = answer.ok ? undefined : answer.error.condition;
    if (answer.ok || condition === 'feature-not-implemented') {
      if (now.by === 'device' && !now.answered) {
        account.devices.note(device, undefined);
        now = { ...now, answered: true };
      }
      return arrived(questions.splice(0, place + 1).reduce((sum, { covers }) => sum + covers, 0));
    }
    questions.splice(place, 1);
    const following = questions[place];
    if (following) following.covers += question.covers;
    if (now.by !== 'device' || question.way !== now.way) return;
    if (condition === 'service-unavailable' || (condition === 'timeout' && !now.answered)) return refused(now);
    wait('resting', times.again); // the device sleeps, the server will soon announce that it is gone, or we are not online
  }

  function refused(state: Extract<ReceiptState, { by: 'device' }>): void {
    if (state.way === 'ping') {
      now = { ...state, way: 'disco' };
      return askNow();
    }
    end({ by: 'server' });
    account.devices.note(device, NO_ANSWER);
    unanswered();
  }

  function end(next: ReceiptState): void {
    if (now.by === 'device' && now.next.when !== 'open') clearTimeout(now.next.timer);
    now = next;
  }

  /** Sets when the device is asked next, unless that is set already. */
  function wait(when: 'soon' | 'resting', milliseconds: number): void {
    if (now.by !== 'device') return;
    const timer = now.next.when === 'open' ? setTimeout(due, milliseconds) : now.next.timer;
    timer.unref();
    now = { ...now, next: { when, timer } };
  }

  function due(): void {
    if (now.by !== 'device') return;
    now = { ...now, next: OPEN };
    if (questions.length === 0) askNow();
  }

  return {
    sent(more) {
      if (now.by !== 'device' || now.next.when === 'resting') return;
      if (unasked() >= ASK_EVERY || (more && questions.length === 0)) askNow();
      else wait('soon', times.after);
    },
    wake() {
      if (now.by !== 'device') return;
      end({ ...now, next: OPEN });
      wait('soon', times.after);
    },
    byServer: () => now.by === 'server',
    stop: () => end({ by: 'nobody' }),
  };
}
