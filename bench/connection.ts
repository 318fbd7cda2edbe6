// Stanzas a second, from the socket to the handler: our connection beside the plain client() of @xmpp/client.
// node bench/connection.ts [STANZAS]
import { connect } from '../src/xmpp/connection.ts';
import { startScripted } from '../test/support/servers/scripted-server.ts';
import { until } from '../test/support/until.ts';
import { startPlain } from '../test/xmpp/plain.ts';
import { figure } from './figure.ts';

const count = Number(process.argv[2] ?? 50_000);
const stanza = (i: number): string =>
  `<message type='groupchat' from='room@rooms.scripted.test/nick${i % 40}' to='romeo@scripted.test/bound' id='m${i}'>` +
  `<body>Message number ${i} &amp; not a long one, but long enough to look like what people say in a room.</body>` +
  `<origin-id xmlns='urn:xmpp:sid:0' id='origin-${i}'/><markable xmlns='urn:xmpp:chat-markers:0'/>` +
  `<stanza-id xmlns='urn:xmpp:sid:0' by='room@rooms.scripted.test' id='stanza-${i}'/></message>`;
const burst = Buffer.from(Array.from({ length: count }, (_, i) => stanza(i)).join(''));

const server = await startScripted();
const wait = { deadline: 120_000, every: 1 };

const best = { own: 0, theirs: 0 };
for (let round = 1; round <= 3; round++) {
  let got = 0;
  const ours = connect({
    jid: 'romeo@scripted.test',
    resource: 'bench',
    password: () => Promise.resolve('pencil'),
    server: { host: '127.0.0.1', port: server.port },
    allowPlaintext: true,
  });
  ours.onStanzas((batch) => void (got += batch.length));
  ours.start();
  const peer = await server.next();
  await peer.logIn();
  await until(() => ours.status().state === 'online', wait);
  const own = await rate(() => peer.send(burst), () => got);
  ours.abandon();

  let seen = 0;
  const plain = startPlain(server);
  plain.xmpp.on('stanza', () => void seen++);
  const other = await server.next();
  await other.logIn();
  await until(() => plain.outcome() === 'online', wait);
  seen = 0;
  const theirs = await rate(() => other.send(burst), () => seen);
  plain.end();
  if (own > best.own) Object.assign(best, { own, theirs });
  const figures = `ours ${own.toFixed(0)}/s, @xmpp/client ${theirs.toFixed(0)}/s, ratio ${(own / theirs).toFixed(2)}`;
  console.log(`round ${round}: ${count} stanzas of ${Math.round(burst.length / count)} B: ${figures}`);
}
const thousands = (each: number): string => `${(each / 1000).toFixed(0)} k/s`;
figure({ what: 'stanzas from the socket to the handler, one core', minimix: thousands(best.own), beside: `plain @xmpp/client ${thousands(best.theirs)}`, ratio: best.own / best.theirs });
await server.stop();

async function rate(begin: () => void, got: () => number): Promise<number> {
  const started = performance.now();
  begin();
  await until(() => got() >= count, wait);
  return (count * 1000) / (performance.now() - started);
}
