import type { Account } from '../../account/contract.ts';
import type { RelayTarget } from '../../account/devices/contract.ts';
import type { IqAnswer } from '../../xmpp/contract.ts';
import { discoInfoQuery } from '../../xmpp/xep/service/disco.ts';
import { ping } from '../../xmpp/xep/service/ping.ts';

/** Milliseconds. */
export interface ReceiptTimes {
  /** How long after a message the device is asked, so that a burst costs one question. */
  readonly after: number;
  /** How long it has for its answer. */
  readonly answer: number;
  /** How long a device that did not answer is left alone. */
  readonly again: number;
}

export const receiptTimes: ReceiptTimes = { after: 1000, answer: 30_000, again: 60_000 };

/** So many sent since the last question, and it is asked at once, whether or not that one is answered. */
const ASK_EVERY = 50;

/** Whether what was sent to a device has arrived: its own answer to a question behind it, for a server's is not its own. */
export interface DeliveryReceipts {
  /** Something may have been sent; `more` waits for room. */
  sent(more: boolean): void;
  /** We are online again: whoever was silent may not have been. */
  wake(): void;
  /** It answers nothing: what the server has acknowledged counts as arrived. */
  byServer(): boolean;
  stop(): void;
}

export interface ReceiptParts {
  readonly account: Account;
  readonly times: ReceiptTimes;
  inFlight(): number;
  /** The first so many of what is in flight have arrived. */
  arrived(count: number): void;
  /** From now on the server's acknowledgement has to do. */
  unanswered(): void;
}

/**
 * How it is asked. A ping (XEP-0199); where it refuses that, disco#info, which it has answered before: for
 * service-unavailable may be the server's word for a session that has just ended, and a result is never that.
 */
type Way = 'ping' | 'disco' | 'server';

interface Question {
  readonly way: Way;
  /** So many messages were sent between the question before it and this one. */
  covers: number;
}

const nextWay: Readonly<Record<Way, Way>> = { ping: 'disco', disco: 'server', server: 'server' };
const NO_ANSWER = 'it does not answer pings, so it may miss messages that are on the way when its connection breaks';

export function openDeliveryReceipts(target: RelayTarget, { account, times, inFlight, arrived, unanswered }: ReceiptParts): DeliveryReceipts {
  const { jid, device } = target;
  let way: Way = target.pings ? 'ping' : 'disco';
  /** Not answered yet, in the order of asking: what a device has answered, it has got all that was sent before. */
  const questions: Question[] = [];
  /** It has answered, so that a silence now is a sleep or a break. */
  let answers = false;
  /** It was silent for too long, and is left alone for a while. */
  let resting = false;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function unasked(): number {
    return questions.reduce((rest, { covers }) => rest - covers, inFlight());
  }

  async function ask(): Promise<void> {
    const question: Question = { way, covers: unasked() };
    if (stopped || question.covers === 0 || way === 'server') return;
    questions.push(question);
    const answer = await account.server.ask(way === 'ping' ? ping(jid) : discoInfoQuery(jid), times.answer);
    const place = questions.indexOf(question);
    if (!stopped && place !== -1) judge(answer, question, place);
  }

  function judge(answer: IqAnswer, question: Question, place: number): void {
    const condition = answer.ok ? undefined : answer.error.condition;
    if (answer.ok || condition === 'feature-not-implemented') {
      if (!answers) account.devices.note(device, undefined);
      answers = true;
      return arrived(questions.splice(0, place + 1).reduce((sum, { covers }) => sum + covers, 0));
    }
    questions.splice(place, 1);
    const next = questions[place];
    if (next) next.covers += question.covers;
    if (question.way !== way) return;
    if (condition === 'service-unavailable' || (condition === 'timeout' && !answers)) {
      way = nextWay[way];
      if (way !== 'server') return void ask();
      account.devices.note(device, NO_ANSWER);
      return unanswered();
    }
    resting = true; // asleep, about to be announced as gone, or we are not online
    later(times.again);
  }

  function wake(): void {
    clearTimeout(timer);
    timer = undefined;
    resting = false;
    later(times.after);
  }

  function later(wait: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      resting = false;
      if (questions.length === 0) void ask();
    }, wait);
    timer.unref();
  }

  return {
    sent(more) {
      if (stopped || resting) return;
      if (unasked() >= ASK_EVERY || (more && questions.length === 0)) void ask();
      else later(times.after);
    },
    wake,
    byServer: () => way === 'server',
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
