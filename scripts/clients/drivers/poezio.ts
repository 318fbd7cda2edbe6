// poezio: typed to, and read by the log that it writes of each room and person.
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTerminal } from '../../../test/frontends/bouncer/programs.ts';
import type { StockClient } from '../contract.ts';
import { giveToNobody, NOBODY, write } from '../files.ts';
import { quitBy } from '../terminals.ts';

export const poezio: StockClient = {
  name: 'poezio',
  needs: ['poezio', 'tmux'],
  cannot: {},
  async start({ jid, password, host, port, ca }, dir) {
    const logs = join(dir, 'logs');
    const config = {
      jid: `${jid}/poezio`, password, custom_host: host, custom_port: port, ca_cert_path: join(dir, 'ca.pem'), default_nick: 'Ali', enable_smacks: 'true', use_log: 'true',
      auto_reconnect: 'true', log_dir: logs, plugins_dir: join(dir, 'plugins'), themes_dir: join(dir, 'themes'), enable_carbons: 'true',
    };
    copyFileSync(ca, join(dir, 'ca.pem'));
    write(join(dir, 'poezio.cfg'), `[Poezio]\n${Object.entries(config).map(([key, value]) => `${key} = ${value}`).join('\n')}\n`);
    giveToNobody(dir, join(dir, 'ca.pem'), join(dir, 'poezio.cfg'));
    const drop = process.getuid?.() === 0 ? `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups ` : ''; // it refuses root
    const terminal = await openTerminal(`${drop}poezio -f ${join(dir, 'poezio.cfg')} -d ${join(dir, 'debug')}`, {
      HOME: dir, XDG_DATA_HOME: join(dir, 'data'), XDG_CONFIG_HOME: join(dir, 'config'), XDG_CACHE_HOME: join(dir, 'cache'),
    });
    const inRoom = async (room: string, line: string): Promise<void> => {
      await terminal.type('/win 0'); // it looks for a tab behind the current one, and a private talk has the room's name too
      await terminal.type(`/win ${room}`);
      await terminal.type(line);
    };
    return {
      async join(room, nick) {
        await terminal.type('/win 0');
        await terminal.type(`/join ${room}/${nick}`);
      },
      say: inRoom,
      nick: (room, nick) => inRoom(room, `/nick ${nick}`),
      leave: (room) => inRoom(room, '/close'),
      whisper: (room, nick, text) => inRoom(room, `/query ${nick} ${text}`),
      async chat(who, text) {
        await terminal.type('/win 0');
        await terminal.type(`/message ${who} ${text}`);
      },
      async open(who) {
        await terminal.type('/win 0');
        await terminal.type(`/message ${who}`);
      },
      heard: async () => (existsSync(logs) ? readdirSync(logs).flatMap((name) => readFileSync(join(logs, name), 'utf8').split('\n')) : []),
      quit: () => quitBy(terminal, '/quit'),
    };
  },
};
