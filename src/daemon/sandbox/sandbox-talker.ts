import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { resourceOf } from '../../core/jid.ts';
import { connect } from '../../xmpp/connection.ts';
import { groupchatMessage } from '../../xmpp/xep/message/groupchat.ts';
import { joinPresence } from '../../xmpp/xep/room/muc.ts';
import type { Log } from '../../core/log.ts';
import { inBackground } from '../../core/background.ts';

interface TalkerOptions {
  readonly jid: string;
  readonly password: string;
  readonly port: number;
  readonly room: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

const NICK = 'bob';
const FIRST = 1000; // milliseconds until the first line
const BREATH = 5000; // milliseconds between two lines
const MOST_ANSWERS = 100;
const lines = [
  'Hello! This room is on a small server on your own computer. Nobody else can see it.',
  'Everything I write goes into your archive at once. Try the search: tomatoes.',
  'The tomatoes on the balcony are nearly ripe, by the way.',
  'Close this page, wait a while, and come back: nothing is missing.',
  'Write a message with my name in it, and I answer.',
  'You can connect a device on the Devices page. It sees this room without joining it.',
];

/** The bot of the sandbox: says a few lines, then answers whenever somebody mentions it. */
export function startTalker({ jid, password, port, room, signal, log }: TalkerOptions): void {
  let answers = 0;
  const connection = connect({
    jid,
    resource: 'balcony',
    password: async () => password,
    server: { host: '127.0.0.1', port },
    allowPlaintext: true,
    log: (level, message) => log(level === 'error' ? 'warn' : 'debug', `sandbox: ${message}`),
  });
  const say = (text: string): void => { connection.send(groupchatMessage({ room, id: randomUUID(), body: text })); };
  connection.onStanzas((batch) => {
    for (const { kind, type, from, element } of batch) {
      const body = element.getChildText('body') ?? '';
      const named = kind === 'message' && type === 'groupchat' && /\bbob\b/i.test(body) && !element.getChild('delay');
      if (!named || resourceOf(from) === NICK || answers >= MOST_ANSWERS) continue;
      answers += 1;
      setImmediate(() => say(`${resourceOf(from)}: I heard you, and so did your archive.`));
    }
  });
  connection.onStatus((status) => {
    if (status.state === 'online' && !status.resumed) connection.send(joinPresence(room, NICK, { history: { maxstanzas: 0 } }));
  }, signal);
  signal.addEventListener('abort', () => inBackground(log, 'the talker’s logout', connection.stop()), { once: true });
  connection.start();
  inBackground(log, 'the sandbox’s talker', talk(say, signal));
}

async function talk(say: (text: string) => void, signal: AbortSignal): Promise<void> {
  for (const [index, line] of lines.entries()) {
    await pause(index === 0 ? FIRST : BREATH, undefined, { signal, ref: false }).catch(() => undefined); // aborted: the sandbox ends
    if (signal.aborted) return;
    say(line);
  }
}
