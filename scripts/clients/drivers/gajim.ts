// Gajim: told what to do by a plugin of the script's, which calls what its windows call; read by its database.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { Login, StockClient } from '../contract.ts';
import { DESKTOP_NEEDS, startDesktop } from '../desktop.ts';
import { leafOf, write } from '../files.ts';

/** /usr/bin/gajim, which does not start for root: in a container there is often nobody else. */
const PROGRAM = 'import os; os.geteuid = lambda: 65534; from gajim.gajim import main; main()';

export const gajim: StockClient = {
  name: 'Gajim',
  needs: ['gajim', ...DESKTOP_NEEDS],
  cannot: {},
  async start(login, dir) {
    const domain = login.jid.slice(login.jid.indexOf('@') + 1);
    const [config, data, orders] = [join(dir, '.config/gajim'), join(dir, '.local/share/gajim'), join(dir, 'orders')];
    for (const folder of [config, data]) mkdirSync(folder, { recursive: true });
    if (!existsSync(orders)) {
      execFileSync('mkfifo', [orders]);
      cpSync(fileURLToPath(new URL('../gajim-plugin', import.meta.url)), join(data, 'plugins/orders'), { recursive: true });
      settings(join(config, 'settings.sqlite'), login, domain);
    }
    write(join(data, 'cert_store/accepted'), await leafOf(login, domain)); // what a person accepts in the dialog
    const desktop = await startDesktop(dir);
    desktop.run('/usr/bin/python3', ['-c', PROGRAM, '-l', 'gajim=WARNING'], { GAJIM_ORDERS: orders });
    const order = (what: object): Promise<void> => appendFile(orders, `${JSON.stringify(what)}\n`);
    return {
      join: (room, nick) => order({ verb: 'join', room, nick }),
      say: (room, body) => order({ verb: 'say', room, body }),
      nick: (room, nick) => order({ verb: 'nick', room, nick }),
      leave: (room) => order({ verb: 'leave', room }),
      whisper: (room, nick, body) => order({ verb: 'private', room, nick, body }),
      chat: (to, body) => order({ verb: 'chat', to, body }),
      heard: async () => messages(join(data, 'logs.db')),
      async quit() {
        await order({ verb: 'quit' });
        await desktop.stop();
      },
    };
  },
};

/** As Gajim's assistant writes them, in the form of 1.4 and later; what is not here is as it comes. */
function settings(path: string, { jid, password, host, port }: Login, domain: string): void {
  const account = {
    name: jid.slice(0, jid.indexOf('@')), hostname: domain, password, savepass: true, active: true, autoconnect: true, resource: 'gajim',
    use_custom_host: true, custom_host: host, custom_port: port, custom_type: 'START TLS', account_label: 'trial',
  };
  const all = {
    app: { use_keyring: false, remote_control: false, confirm_close_muc: false, check_for_update: false, trayicon: 'never' },
    soundevents: {}, status_presets: {}, proxies: {}, plugins: { orders: { active: true }, omemo: { active: false } },
    workspaces: { [randomUUID()]: {} },
  };
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE settings (name TEXT UNIQUE, settings TEXT); CREATE TABLE account_settings (account TEXT UNIQUE, settings TEXT); PRAGMA user_version=5');
  const insert = database.prepare('INSERT INTO settings VALUES (?, ?)');
  for (const [name, value] of Object.entries(all)) insert.run(name, JSON.stringify(value));
  database.prepare('INSERT INTO account_settings VALUES (?, ?)').run('trial', JSON.stringify({ account, contact: {}, group_chat: {} }));
  database.close();
}

function messages(path: string): string[] {
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare('SELECT message FROM logs WHERE message IS NOT NULL ORDER BY time, log_line_id').all().map(({ message }) => String(message));
  } finally {
    database.close();
  }
}
