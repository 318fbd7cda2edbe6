import { allOf, type CommandNode, type OptionNode } from './tree.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that teaches a shell the whole command line; it asks nobody when it completes. */
export function completionFor(shell: Shell, tree: CommandNode): string {
  return { bash, zsh, fish }[shell](tree);
}

const GLOBAL = '/minimix';
const FILES = new Set(['file', 'dir', 'path']);

const keyOf = (node: CommandNode): string => `/${node.path.join('/')}`;
/** The options that hold at a command: the program's own stand behind every one. */
function optionsAt(tree: CommandNode, node: CommandNode): OptionNode[] {
  return node === tree ? [...tree.options] : [...node.options, ...tree.options.filter(({ long }) => long !== '--version')];
}
const flagsOf = (tree: CommandNode, node: CommandNode): string[] => [...optionsAt(tree, node).map(({ long }) => long), '--help'];
const valued = (tree: CommandNode): string[] => [...new Set(allOf(tree).flatMap(({ options }) => options.flatMap(({ long, value }) => (value === undefined ? [] : [long]))))];
/** What may stand next at a command, beside options. */
const wordsOf = (node: CommandNode): string[] => [...node.commands.map(({ name }) => name), ...node.words.flatMap(({ choices }) => choices)];
const takesFiles = (node: CommandNode): boolean => node.words.some(({ name }) => FILES.has(name));

/** One case of a shell for each option that takes a value; `offer` says in the shell's words what the value can be. */
function valueCases(tree: CommandNode, offer: (option: OptionNode) => string): string[] {
  return allOf(tree).flatMap((node) =>
    node.options.flatMap((option) => {
      if (option.value === undefined) return [];
      return [`    ${node === tree ? '*' : keyOf(node)}:${option.long}) ${offer(option)}return ;;`];
    }),
  );
}

/** For bash and zsh: finds the command that the line is at, by its words; then what can be a value, or stand next. */
function walk(tree: CommandNode, line: { readonly words: string; readonly from: number; readonly to: string }, values: readonly string[], next: readonly string[]): string {
  const word = `\${${line.words}[n]}`;
  const below = allOf(tree).filter((node) => node !== tree).map(keyOf);
  return `  for ((n = ${line.from}; n < ${line.to}; n++)); do
    case "${word}" in
      ${valued(tree).join('|')}) ((n++)); continue ;;
    esac
    case "$at/${word}" in
      ${below.join('|')}) at="$at/${word}" ;;
    esac
  done
  case "$at:$before" in
${values.join('\n')}
  esac
  case "$at" in
${next.join('\n')}
  esac`;
}

function bash(tree: CommandNode): string {
  const values = valueCases(tree, ({ value = '', choices }) => {
    if (choices.length > 0) return `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$word")); `;
    return FILES.has(value) ? `COMPREPLY=($(compgen -${value === 'dir' ? 'd' : 'f'} -- "$word")); ` : '';
  });
  const next = allOf(tree).map((node) => {
    const files = takesFiles(node) ? ' COMPREPLY+=($(compgen -f -- "$word"));' : '';
    return `    ${keyOf(node)}) COMPREPLY=($(compgen -W "${[...wordsOf(node), ...flagsOf(tree, node)].join(' ')}" -- "$word"));${files} ;;`;
  });
  return `# bash completion for minimix: \`minimix completion bash > ~/.local/share/bash-completion/completions/minimix\`
_minimix() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" at=${GLOBAL} n
  COMPREPLY=()
${walk(tree, { words: 'COMP_WORDS', from: 1, to: 'COMP_CWORD' }, values, next)}
}
complete -o filenames -F _minimix minimix
`;
}

/** Between single quotes, for zsh and fish. */
function single(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** What \`_describe\` reads: a colon parts the word from what it means. */
function described(word: string, meaning: string): string {
  return single(`${word}:${meaning.replaceAll('\\', '\\\\').replaceAll(':', String.raw`\:`)}`);
}

function zsh(tree: CommandNode): string {
  const values = valueCases(tree, ({ value = '', choices, description }) => {
    if (choices.length > 0) return `compadd -- ${choices.map(single).join(' ')}; `;
    return FILES.has(value) ? `_files${value === 'dir' ? ' -/' : ''}; ` : `_message ${single(description)}; `;
  });
  const next = allOf(tree).map((node) => {
    const commands = node.commands.map(({ name, description }) => described(name, description));
    const options = [...optionsAt(tree, node).map(({ long, description }) => described(long, description)), described('--help', 'display help for command')];
    const choices = node.words.flatMap((word) => word.choices).map(single);
    return `    ${keyOf(node)})
      words_=(${commands.join(' ')})
      options_=(${options.join(' ')})
      ${choices.length > 0 ? `compadd -- ${choices.join(' ')}` : ':'}
      ${takesFiles(node) ? '_files' : ':'} ;;`;
  });
  return `#compdef minimix
# zsh completion for minimix: \`minimix completion zsh > "\${fpath[1]}/_minimix"\`
_minimix() {
  local at=${GLOBAL} n before="\${words[CURRENT-1]}"
  local -a words_ options_
${walk(tree, { words: 'words', from: 2, to: 'CURRENT' }, values, next)}
  (( \${#words_} )) && _describe -t commands command words_
  _describe -t options option options_
}
if [ "$funcstack[1]" = "_minimix" ]; then _minimix "$@"; else compdef _minimix minimix; fi
`;
}

function fish(tree: CommandNode): string {
  const nodes = allOf(tree);
  const at = (node: CommandNode): string => `-n ${single(`__minimix_at ${keyOf(node)}`)}`;
  const option = (where: string, { long, description, value, choices }: OptionNode): string => {
    const takes = value === undefined ? '' : choices.length > 0 ? ` -x -a ${single(choices.join(' '))}` : FILES.has(value) ? ' -r -F' : ' -x';
    return `complete -c minimix ${where}-l ${long.slice(2)}${takes} -d ${single(description)}`;
  };
  const lines = nodes.flatMap((node) => [
    ...node.commands.map(({ name, description }) => `complete -c minimix ${at(node)} -a ${name} -d ${single(description)}`),
    ...node.words.flatMap(({ choices }) => (choices.length > 0 ? [`complete -c minimix ${at(node)} -a ${single(choices.join(' '))}`] : [])),
    ...(takesFiles(node) ? [`complete -c minimix ${at(node)} -F`] : []),
    ...node.options.map((one) => option(node === tree ? '' : `${at(node)} `, one)),
  ]);
  return `# fish completion for minimix: \`minimix completion fish > ~/.config/fish/completions/minimix.fish\`
function __minimix_at
  set -l at ${GLOBAL}
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${valued(tree).join(' ')}
        set skip 1
        continue
    end
    switch $at/$word
      case ${nodes.filter((node) => node !== tree).map(keyOf).join(' ')}
        set at $at/$word
    end
  end
  test $at = $argv[1]
end
complete -c minimix -f
${lines.join('\n')}
`;
}
