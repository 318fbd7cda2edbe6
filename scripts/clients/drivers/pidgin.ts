// Pidgin: told what to do by libpurple's D-Bus interface, and read by the logs that it writes.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { until } from '../../../test/support/until.ts';
import type { StockClient } from '../contract.ts';
import { DESKTOP_NEEDS, startDesktop } from '../desktop.ts';
import { leafOf, tail, write } from '../files.ts';

const PURPLE = 'im.pidgin.purple.PurpleService';
const [IM, CHAT] = [1, 2];
const NO_CARBONS = 'Pidgin 2 has no carbons';

export const pidgin: StockClient = {
  name: 'Pidgin',
  needs: ['pidgin', ...DESKTOP_NEEDS],
  cannot: {
    bookmarks: 'Pidgin keeps its rooms in a list of its own',
    nick: 'its D-Bus interface has no change of nick',
    carbons: NO_CARBONS,
    'chats away': 'Pidgin 2 reads no archive',
  },
  async start(login, dir) {
    const domain = login.jid.slice(login.jid.indexOf('@') + 1);
    const home = join(dir, 'purple');
    const setting = (name: string, type: string, value: string | number): string => `<setting name='${name}' type='${type}'>${value}</setting>`;
    write(join(home, 'accounts.xml'), `<?xml version='1.0' encoding='UTF-8' ?>
<account version='1.0'><account><protocol>prpl-jabber</protocol><name>${login.jid}/pidgin</name><password>${login.password}</password><settings>
${setting('connect_server', 'string', login.host)}${setting('port', 'int', login.port)}${setting('connection_security', 'string', 'require_tls')}
</settings><settings ui='gtk-gaim'>${setting('auto-login', 'bool', 1)}</settings></account></account>`);
    const pref = (name: string, value: string | number, type = 'bool'): string => `<pref name='${name}' type='${type}' value='${value}'/>`;
    write(join(home, 'prefs.xml'), `<?xml version='1.0' encoding='UTF-8' ?>
<pref version='1' name='/'><pref name='purple'><pref name='logging'>${['log_ims', 'log_chats', 'log_system'].map((name) => pref(name, 1)).join('')}${pref('format', 'txt', 'string')}</pref></pref></pref>`);
    write(join(home, 'certificates/x509/tls_peers', login.host), await leafOf(login, domain)); // what a person accepts in the dialog
    const known = new Map(globSync(join(home, 'logs/**/*.txt')).map((path) => [path, tail(path)]));
    const desktop = await startDesktop(dir);
    desktop.run('pidgin', ['-c', home, '-d']);
    const call = async (member: string, signature = '', ...body: unknown[]): Promise<unknown> =>
      await desktop.bus.invoke<unknown>({ destination: PURPLE, path: '/im/pidgin/purple/PurpleObject', interface: PURPLE, member, ...(signature !== '' && { signature, body }) });
    const number = async (member: string, signature = '', ...body: unknown[]): Promise<number> => z.number().parse(await call(member, signature, ...body));
    const account = await until(() => number('PurpleAccountsFindConnected', 'ss', '', ''), { what: 'Pidgin to be online', every: 300, deadline: 60_000 });
    const connection = (): Promise<number> => number('PurpleAccountGetConnection', 'i', account);
    const roomOf = (room: string): Promise<number> => number('PurpleFindConversationWithAccount', 'isi', CHAT, room, account);
    const tell = async (who: string, text: string): Promise<void> => {
      const conversation = await number('PurpleConversationNew', 'iis', IM, account, who);
      await call('PurpleConvImSend', 'is', await number('PurpleConvIm', 'i', conversation), text);
    };
    return {
      async join(room, nick) {
        const [name = '', server = ''] = room.split('@');
        await call('ServJoinChat', 'ia{ss}', await connection(), [['room', name], ['server', server], ['handle', nick]]);
      },
      async say(room, text) {
        await call('PurpleConvChatSend', 'is', await number('PurpleConvChat', 'i', await roomOf(room)), text);
      },
      nick: () => Promise.reject(new Error('it has no way to change a nick')),
      leave: async (room) => void (await call('PurpleConversationDestroy', 'i', await roomOf(room))),
      whisper: (room, nick, text) => tell(`${room}/${nick}`, text),
      chat: tell,
      heard: async () => globSync(join(home, 'logs/**/*.txt')).toSorted().flatMap((path) => (known.get(path)?.() ?? readFileSync(path, 'utf8')).split('\n')),
      async quit() {
        await call('PurpleCoreQuit').catch(() => undefined); // it may be gone before it has answered
        await desktop.stop();
      },
    };
  },
};
