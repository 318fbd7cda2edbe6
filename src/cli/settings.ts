import type { Command } from 'commander';
import { MinimixError } from '../core/errors.ts';
import { connectTo } from '../frontends/web/client/client.ts';
import type { SettingNow } from '../frontends/web/contract/settings-contract.ts';
import { type GlobalOptions, type World } from './context.ts';
import { printLine, printList } from './print.ts';

const KEY = 'such as log.level; settings of one account begin with `account.`';

/** `minimix settings list|get|set|path`: through the daemon where one runs, else in the home's file. */
export function settingsCommands(program: Command, world: World): void {
  const settings = program.command('settings').description('the settings of this home, in one file (docs/settings.md)');
  const named = async (options: GlobalOptions): Promise<SettingNow[]> => {
    const all = world.settings.list(world.findHome(options.home));
    return all.filter(({ account }) => account === null || options.account === undefined || account === options.account);
  };

  settings
    .command('list', { isDefault: true })
    .description('list all settings; * marks those that differ from the default')
    .option('--json', 'one JSON object a line')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { json?: boolean }>();
      printList(world, {
        json: options.json,
        items: await named(options),
        empty: 'There are no settings.',
        asJson: ({ key, account, value, chosen, byDefault, effect, description }) => ({ key, account, value, chosen, default: byDefault, effect, description }),
        columns: [
          { title: '', of: ({ chosen }) => (chosen ? '*' : ' '), style: () => 'yellow' },
          { title: 'SETTING', of: ({ key }) => key, style: ({ chosen }) => (chosen ? 'bold' : undefined) },
          { title: 'ACCOUNT', of: ({ account }) => account },
          { title: 'VALUE', of: ({ value }) => wordsOf(value) },
        ],
      });
    });

  settings
    .command('get')
    .description('print one setting')
    .argument('<key>', KEY)
    .action(async (key: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const found = (await named(options)).filter((setting) => setting.key === key);
      const [first, another] = found;
      if (!first) throw new MinimixError('no-setting', `unknown setting “${key}”: \`minimix settings list\` lists them.`);
      if (another) throw new MinimixError('account-needed', `There are ${found.length} accounts: say which one is meant.`);
      printLine(world, wordsOf(first.value));
    });

  settings
    .command('set')
    .description('change a setting, at once where that is possible')
    .argument('<key>', KEY)
    .argument('[value]', 'the value; a list as words or as JSON, a group such as account.server as JSON')
    .option('--default', 'go back to the default')
    .action(async (key: string, words: string | undefined, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { default?: boolean }>();
      if ((words === undefined) !== (options.default === true)) throw new MinimixError('usage', 'Give either a value or --default.');
      const home = world.findHome(options.home);
      const value = words === undefined ? undefined : world.settings.valueOf(key, words);
      const daemon = await world.findDaemon(home);
      // `as`: what JSON.parse gave is JSON.
      const request = { key, ...(value !== undefined && { value: value as string }), ...(options.account !== undefined && { account: options.account }) };
      const { restart } = daemon
        ? await connectTo(daemon).settings.set.mutate(request)
        : await world.settings.set(home, { key, value, account: options.account });
      printLine(world, `${key} is ${words === undefined ? 'back to its default' : 'set'}${when(daemon !== undefined, restart)}.`);
    });

  settings
    .command('path')
    .description('print the path of the settings file')
    .action((_options: unknown, command: Command) => {
      printLine(world, world.settings.path(world.findHome(command.optsWithGlobals<GlobalOptions>().home)));
    });
}

function when(runs: boolean, restart: boolean): string {
  if (!runs) return '';
  return restart ? ' and takes effect after the next start of the daemon' : ' and in effect';
}

function wordsOf(value: SettingNow['value']): string {
  if (value === null) return '';
  return typeof value === 'object' ? value.join(' ') : String(value);
}
