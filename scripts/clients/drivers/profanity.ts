// profanity: typed to, and read by its own log of what it received.
import { join } from 'node:path';
import { openTerminal } from '../../../test/frontends/bouncer/programs.ts';
import type { StockClient } from '../contract.ts';
import { bodiesIn, tail, write } from '../files.ts';
import { quitBy } from '../terminals.ts';

export const profanity: StockClient = {
  name: 'profanity',
  needs: ['profanity', 'tmux'],
  cannot: {},
  async start({ jid, password, host, port }, dir) {
    const account = { enabled: 'true', jid, server: host, port, resource: 'profanity', password, 'tls.policy': 'trust', 'presence.last': 'online', 'presence.login': 'online', 'muc.nick': 'Ali' };
    write(join(dir, 'share/profanity/accounts'), `[trial]\n${Object.entries(account).map(([name, value]) => `${name}=${value}`).join('\n')}\n`);
    write(join(dir, 'config/profanity/profrc'), '[ui]\nsplash=false\n[connection]\nreconnect=5\n[notifications]\nremind=0\n[omemo]\npolicy=manual\ntrustmode=blind\n');
    const log = join(dir, 'log');
    const since = tail(log);
    const terminal = await openTerminal(`profanity -l DEBUG -f ${log} -a trial`, { XDG_DATA_HOME: join(dir, 'share'), XDG_CONFIG_HOME: join(dir, 'config'), HOME: dir });
    const inRoom = async (room: string, line: string): Promise<void> => {
      await terminal.type(`/win ${room}`);
      await terminal.type(line);
    };
    return {
      async join(room, nick) {
        await terminal.type('/win 1');
        await terminal.type(`/join ${room} nick ${nick}`);
      },
      say: inRoom,
      nick: (room, nick) => inRoom(room, `/nick ${nick}`),
      leave: (room) => inRoom(room, '/close'),
      whisper: (room, nick, text) => inRoom(room, `/msg ${nick} ${text}`),
      async chat(who, text) {
        await terminal.type('/win 1');
        await terminal.type(`/msg ${who} ${text}`);
      },
      async open(who) {
        await terminal.type('/mam on');
        await terminal.type('/win 1');
        await terminal.type(`/msg ${who}`);
      },
      heard: async () => bodiesIn(since().split('\n').filter((line) => line.includes('RECV:')).join('\n')),
      quit: () => quitBy(terminal, '/quit'),
    };
  },
};
