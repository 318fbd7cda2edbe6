import type { Argument, Command, Option } from 'commander';

/** The command line as data: what completion, the man page and the reference are made of. */
export interface CommandNode {
  readonly name: string;
  /** From the program on: `['minimix', 'device', 'label']`. */
  readonly path: readonly string[];
  readonly description: string;
  /** Under which title help lists it; '' for the usual one. */
  readonly group: string;
  readonly words: readonly WordNode[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

/** A positional argument. */
interface WordNode {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly choices: readonly string[];
}

export interface OptionNode {
  /** As help shows it: `--room <room>`. */
  readonly flags: string;
  readonly long: string;
  readonly short: string | undefined;
  readonly description: string;
  /** The name of its value; `undefined` for a switch. */
  readonly value: string | undefined;
  readonly choices: readonly string[];
  /** The default value in words. */
  readonly byDefault: string | undefined;
}

/** The command and all commands below it that help shows, except `help` itself. */
export function treeOf(command: Command, above: readonly string[] = []): CommandNode {
  const help = command.createHelp();
  const path = [...above, command.name()];
  return {
    name: command.name(),
    path,
    description: command.description(),
    group: command.helpGroup(),
    words: command.registeredArguments.map(wordOf),
    options: help.visibleOptions(command).flatMap(optionOf),
    commands: help.visibleCommands(command).filter((one) => one.name() !== 'help').map((one) => treeOf(one, path)),
  };
}

/** The node itself and all nodes below it, in the order of help. */
export function allOf(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(allOf)];
}

/** `minimix device label <device> <label>`. */
export function usageOf(node: CommandNode): string {
  const words = node.words.map(({ name, required, variadic }) => {
    const shown = `${name}${variadic ? '...' : ''}`;
    return required ? `<${shown}>` : `[${shown}]`;
  });
  const rest = node.commands.length > 0 ? ['<command>'] : [];
  return [...node.path, ...(node.options.length > 0 ? ['[options]'] : []), ...words, ...rest].join(' ');
}

function wordOf(argument: Argument): WordNode {
  const { description, required, variadic, argChoices } = argument;
  return { name: argument.name(), description, required, variadic, choices: argChoices ?? [] };
}

function optionOf(option: Option): OptionNode[] {
  const { flags, long, short, description, argChoices, defaultValueDescription } = option;
  if (!long || long === '--help') return [];
  const known: unknown = option.defaultValue;
  const said = defaultValueDescription ?? (typeof known === 'string' || typeof known === 'number' ? String(known) : undefined);
  return [{ flags, long, short, description, value: /[<[]([\w:.-]+)/.exec(flags)?.[1], choices: argChoices ?? [], byDefault: said }];
}
