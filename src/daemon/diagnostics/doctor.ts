import { openSecrets } from '../../config/secrets.ts';
import { homeState, type Holder } from '../../config/lock.ts';
import type { Settings } from '../../config/config.ts';
import { sentenceOf } from '../../core/errors.ts';
import { finding, type Finding } from '../../core/diagnostics.ts';
import { connectTo } from '../../frontends/web/client/client.ts';
import { examineArchive, examineBackup, examineDisk, examineHome, examineKeyring, examineNode, examinePorts, examineSettings } from './doctor-home.ts';
import { examineLogins } from './doctor-logins.ts';
import { examineEndpoints, examineLogin } from './doctor-server.ts';

/**
 * Checks the whole set-up of a home and changes nothing. For what only a login can tell, it asks the running daemon, or
 * else logs in to the server itself without joining a room.
 */
export async function* examine(home: string, env: NodeJS.ProcessEnv): AsyncGenerator<Finding> {
  yield examineNode();
  yield* examineHome(home);
  const { findings, settings } = examineSettings(home);
  yield* findings;
  yield examineDisk(home);
  yield examineArchive(home);
  yield examineBackup(home);
  yield await examineKeyring(home, env);
  const state = homeState(home);
  yield* state.held ? examineDaemon(state.holder) : [finding({ check: 'daemon', level: 'note', message: 'Minimix is not running on this home.', todo: '`minimix run`' })];
  if (!settings) return;
  if (!state.held) yield* await examinePorts(settings);
  yield* beyondLoopback(settings);
  for (const account of settings.accounts) {
    yield* await examineEndpoints(account);
    if (!state.held) yield* await examineLogin(account, openSecrets(home, env));
  }
  if (state.held && state.holder) yield* await askDaemon(state.holder, settings);
}

function examineDaemon(holder: Holder | undefined): Finding[] {
  if (!holder) return [finding({ check: 'daemon', level: 'bad', message: 'Another process uses the home and does not say where to reach it.', todo: 'Wait a moment. If it stays like this, end that process.' })];
  return [finding({ check: 'daemon', level: 'ok', message: `Minimix is running (process ${holder.pid}, since ${holder.startedAt}, ${holder.url}).` })];
}

async function askDaemon(holder: Holder, { accounts, bouncer }: Settings): Promise<Finding[]> {
  const check = 'daemon';
  try {
    const daemon = connectTo(holder);
    const logins = await Promise.all(accounts.map((account) => examineLogins(account, { daemon, kept: bouncer })));
    return [...(await daemon.doctor.query()), ...logins.flat()];
  } catch (error) {
    return [finding({ check, level: 'bad', message: `Minimix does not answer: ${sentenceOf(error)}`, todo: 'See `minimix log --level warn`, then restart Minimix.' })];
  }
}

function beyondLoopback({ bouncer }: Settings): Finding[] {
  const open = [bouncer?.listen, bouncer?.directTls].filter((at) => at !== undefined && !/^(127\.|::1$|localhost$)/.test(at.host));
  if (!bouncer?.on || open.length === 0) return [];
  return [finding({ check: 'bouncer', level: 'note', message: `The bouncer accepts connections from other computers: ${open.map((at) => `${at?.host}:${at?.port}`).join(', ')}.`, todo: 'This is right if a phone connects; else run `minimix settings set bouncer.listen --default`' })];
}
