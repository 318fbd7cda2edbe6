// mcabber: typed to, and read by the history that it writes of each person, and by what it shows of each room: it writes down
// nothing of a room's past.
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openTerminal } from '../../../test/frontends/bouncer/programs.ts';
import type { StockClient } from '../contract.ts';
import { tail, write } from '../files.ts';
import { quitBy } from '../terminals.ts';

export const mcabber: StockClient = {
  name: 'mcabber',
  needs: ['mcabber', 'tmux'],
  cannot: {},
  async start({ jid, password, host, port }, dir) {
    const histories = join(dir, 'histories');
    mkdirSync(histories, { recursive: true, mode: 0o700 });
    const settings = {
      jid, password, resource: 'mcabber', server: host, port, tls: '1', ssl_ignore_checks: '1', nickname: 'Ali', hook_pre_disconnect: '', pinentry: '0', statefile: join(dir, 'state'),
      logging: '1', log_muc_conf: '1', logging_dir: histories, load_logs: '0', beep_on_message: '0', carbons: '1',
    };
    const file = join(dir, 'mcabberrc');
    write(file, `${Object.entries(settings).map(([name, value]) => `set ${name} = ${value}`).join('\n')}\n`);
    const rooms = new Set<string>();
    const before = new Map(readdirSync(histories).map((name) => [name, tail(join(histories, name))]));
    const terminal = await openTerminal(`mcabber -f ${file}`, { HOME: dir });
    const goTo = async (buffer: string): Promise<void> => {
      await terminal.secret(`/roster search ${buffer}`);
      await terminal.press('Enter'); // into the buffer: until then it only names it
    };
    const inBuffer = async (buffer: string, line: string): Promise<void> => {
      await goTo(buffer);
      await terminal.type(line);
    };
    /** The rooms that have a buffer: those that it was told to enter, and those of its bookmarks. */
    const shown = (): string[] => [...new Set([...rooms, ...readdirSync(histories).filter((name) => name.includes('@rooms.'))])];
    const roomShown = async (room: string): Promise<string[]> => {
      await goTo(room);
      return (await terminal.screen()).split('\n');
    };
    return {
      async join(room, nick) {
        rooms.add(room);
        await terminal.type(`/room join ${room} ${nick}`);
      },
      say: inBuffer,
      nick: (room, nick) => inBuffer(room, `/room nick ${nick}`),
      leave: (room) => inBuffer(room, '/room leave'),
      whisper: (room, nick, text) => inBuffer(room, `/room privmsg ${nick} ${text}`),
      chat: (who, text) => terminal.type(`/say_to ${who} ${text}`),
      async heard() {
        const persons = readdirSync(histories).filter((name) => !rooms.has(name) && !name.includes('@rooms.'));
        const texts = persons.flatMap((name) => (before.get(name) ?? whole(join(histories, name)))().split('\n'));
        for (const room of shown()) texts.push(...await roomShown(room));
        return texts;
      },
      quit: () => quitBy(terminal, '/quit'),
    };
  },
};

/** A file that was not there when it started. */
const whole = (path: string) => (): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
