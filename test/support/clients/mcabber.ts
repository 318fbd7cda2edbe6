// mcabber in tmux: a client that keeps its bookmarks in XEP-0049, and writes the list that it read at its login.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTerminal, type Terminal } from '../../frontends/bouncer/programs.ts';
import type { ServerAddress } from '../servers/server.ts';
import type { Account } from '../servers/servers.ts';

/** Starts it, logged in and in its status buffer. */
export async function runMcabber(server: ServerAddress, { jid, password }: Account, resource = 'mcabber'): Promise<Terminal> {
  const dir = mkdtempSync(join(tmpdir(), 'mcabber-'));
  const settings = {
    jid, password, resource, server: server.host, port: String(server.port), tls: '1', ssl_ignore_checks: '1', nickname: 'Ali',
    hook_pre_disconnect: '', pinentry: '0', statefile: join(dir, 'state'), logging: '0', beep_on_message: '0',
  };
  const file = join(dir, 'mcabberrc');
  writeFileSync(file, `${Object.entries(settings).map(([name, value]) => `set ${name} = ${value}`).join('\n')}\n`, { mode: 0o600 });
  const terminal = await openTerminal(`mcabber -f ${file}`, { HOME: dir });
  const mcabber: Terminal = {
    ...terminal,
    async close() {
      await terminal.close();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    await mcabber.shows(/status has been set/);
    return mcabber;
  } catch (error) {
    await mcabber.close();
    throw error;
  }
}
