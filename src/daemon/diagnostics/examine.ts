import type { Account } from '../../account/contract.ts';
import type { KeptBouncer } from '../../config/bouncer.ts';
import { finding, type Finding } from '../../core/diagnostics.ts';
import type { BouncerStatus } from '../../frontends/web/contract/bouncer-contract.ts';
import type { Problem } from '../../frontends/web/contract/contract.ts';

interface ExaminedDaemon {
  readonly accounts: readonly Account[];
  readonly problems: readonly Problem[];
  readonly bouncer: BouncerStatus;
  readonly wished: KeptBouncer | undefined;
}

/** What a running daemon knows about itself and its accounts' servers. */
export async function examineDaemon({ accounts, problems, bouncer, wished }: ExaminedDaemon): Promise<Finding[]> {
  const lasting = problems
    .filter(({ code }) => !code.endsWith('-settings')) // the doctor checks the file itself
    .map(({ message, at }) => finding({ check: 'daemon', level: 'bad', message: `${message} (since ${at})`, todo: 'See `minimix log --level warn`.' }));
  const doors = wished?.on ? [doorOf(bouncer)] : [];
  const each = await Promise.all(accounts.map(examineAccount));
  return [...lasting, ...doors, ...each.flat()];
}

function doorOf(bouncer: BouncerStatus): Finding {
  if (bouncer.on) return finding({ check: 'bouncer', level: 'ok', message: `The bouncer listens on ${bouncer.host}: ${bouncer.port} (STARTTLS), ${bouncer.directTlsPort} (direct TLS).` });
  return finding({ check: 'bouncer', level: 'bad', message: 'The bouncer is turned on but not running.', todo: '`minimix bouncer on` says why.' });
}

async function examineAccount(account: Account): Promise<Finding[]> {
  const { connection } = account.status();
  const check = 'login';
  if (connection.state === 'online') return [finding({ check, level: 'ok', message: `Online as ${connection.jid}.` }, account.jid), ...(await account.server.examine())];
  const why = 'why' in connection ? connection.why : `It is ${connection.state}.`;
  const todo = connection.state === 'refused' ? `If the password has changed: \`minimix account password ${account.jid}\`.` : 'Minimix keeps trying. See the findings above.';
  return [finding({ check, level: 'bad', message: `Not online: ${why}`, todo }, account.jid)];
}
