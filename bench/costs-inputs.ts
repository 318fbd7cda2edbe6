// What the model reckons with: how many stanzas, and how long ones, real Prosody sends for each thing that happens in a room.
import { createElement as xml, type Element } from 'ltx';
import { connectPerson } from '../test/support/clients/person.ts';
import { startDaemon, untilOnline } from './costs-rooms.ts';
import type { Count, Stand } from './costs-stand.ts';

/** Measured on Prosody; stanzas sent and received by the session that is meant, bytes of XML. */
export interface Inputs {
  /** What one hears of each occupant on a join. */
  readonly occupant: Count;
  /** What a join costs besides: the request, one's own presence, the subject. */
  readonly joinBesides: Count;
  /** What another occupant's session hears when an account's first session joins, and when it leaves as the last. */
  readonly firstIn: Count;
  readonly lastOut: Count;
  /** The same where another session of that account is in the room under that nick. */
  readonly nextIn: Count;
  readonly notLastOut: Count;
  /** … and when a session in the room changes its presence: the only one, or the second of two. */
  readonly change: Count;
  readonly changeOfNext: Count;
  /** One message, to one session. */
  readonly message: Count;
  /** A page of the room's archive with one message, and what each message in it adds. */
  readonly mamPage: Count;
  readonly mamMessage: Count;
  /** Elements that are no stanzas in one resumption, both ways (XEP-0198). */
  readonly resumption: number;
}

const CROWD = 100;
const WORDS = 'and what people say in a room, which is seldom much longer than this line of text';
const TIMES = 10;

export async function measureInputs(stand: Stand): Promise<Inputs> {
  const { server } = stand;
  const [empty = '', full = ''] = [...(await stand.rooms('empty', 1, 0)), ...(await stand.rooms('full', 1, CROWD))];
  for (const user of ['ear', 'joiner', 'talker']) await server.register(user, 'secret');
  const joiner = await connectPerson(server, 'joiner', 'secret', { resource: 'a' });

  /** What the user's sessions got and sent while that was done, a fence for each left out. */
  const during = async (user: string, work: () => Promise<unknown>): Promise<Count> => {
    await ear.settle();
    await joiner.settle();
    await stand.traffic(user);
    await work();
    await joiner.settle();
    await ear.settle();
    const traffic = await stand.traffic(user);
    return ['message', 'presence', 'iq'].flatMap((kind) => [traffic.of(`in room ${kind}`), traffic.of(`out room ${kind}`)]).reduce(sum);
  };
  const ear = await connectPerson(server, 'ear', 'secret');
  const alone = await during('joiner', () => joiner.join(empty, 'joiner'));
  await joiner.leave(empty);
  const crowded = await during('joiner', () => joiner.join(full, 'joiner'));
  await joiner.leave(full);

  await ear.join(empty, 'ear');
  const heard = (work: () => Promise<unknown>): Promise<Count> => during('ear', work);
  const firstIn = await heard(() => joiner.join(empty, 'joiner'));
  const change = await heard(async () => joiner.send(away(empty)));
  const second = await connectPerson(server, 'joiner', 'secret', { resource: 'b' });
  const nextIn = await heard(() => second.join(empty, 'joiner'));
  const changeOfNext = await heard(async () => {
    second.send(away(empty));
    await second.settle();
  });
  const notLastOut = await heard(async () => {
    second.send(xml('presence', { to: `${empty}/joiner`, type: 'unavailable' }));
    await second.settle();
  });
  const lastOut = await heard(() => joiner.leave(empty));
  const talker = await connectPerson(server, 'talker', 'secret');
  await talker.join(empty, 'talker');
  const said = await heard(async () => {
    for (let n = 0; n < TIMES; n += 1) await talker.say(empty, `${n} ${WORDS}`, xml('origin-id', { xmlns: 'urn:xmpp:sid:0', id: `origin-${n}` }));
  });
  const page = (max: number): Promise<Count> => during('ear', () => ear.iq(mamPage(empty, max)));
  const [onePage, longPage] = [await page(1), await page(TIMES)];
  for (const one of [second, talker, joiner, ear]) await one.close();
  return {
    occupant: share(less(crowded, alone), CROWD), joinBesides: alone, firstIn, lastOut, nextIn, notLastOut, change, changeOfNext,
    message: share(said, TIMES), mamPage: onePage, mamMessage: share(less(longPage, onePage), TIMES - 1),
    resumption: await resumption(stand),
  };
}

/** What a daemon that was killed needs to come back into its stream. */
async function resumption(stand: Stand): Promise<number> {
  const home = await startDaemon(stand, 'resumer');
  try {
    await home.kill();
    await stand.traffic('resumer');
    await home.start();
    await untilOnline(home);
    return (await stand.traffic('resumer')).nonzas;
  } finally {
    await home.remove();
  }
}

const sum = (a: Count, b: Count): Count => ({ stanzas: a.stanzas + b.stanzas, bytes: a.bytes + b.bytes });
const less = (a: Count, b: Count): Count => ({ stanzas: a.stanzas - b.stanzas, bytes: a.bytes - b.bytes });
const share = ({ stanzas, bytes }: Count, parts: number): Count => ({ stanzas: stanzas / parts, bytes: bytes / parts });

const away = (room: string): Element => xml('presence', { to: `${room}/joiner` }, xml('show', {}, 'away'));

function mamPage(room: string, max: number): Element {
  const rsm = xml('set', { xmlns: 'http://jabber.org/protocol/rsm' }, xml('max', {}, String(max)));
  return xml('iq', { type: 'set', to: room }, xml('query', { xmlns: 'urn:xmpp:mam:2' }, rsm));
}
