import { allOf, type CommandNode, type OptionNode } from './tree.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that teaches a shell the whole command line; for names of rooms, devices and accounts it asks the running daemon. */
export function completionFor(shell: Shell, tree: CommandNode): string {
  return { bash, zsh, fish }[shell](tree);
}

const GLOBAL = '/minimix';
const FILES = new Set(['file', 'dir', 'path']);

const keyOf = (node: CommandNode): string => `/${node.path.join('/')}`;
/** The options that a command takes: its own and those of the program. */
function optionsAt(tree: CommandNode, node: CommandNode): OptionNode[] {
  return node === tree ? [...tree.options] : [...node.options, ...tree.options.filter(({ long }) => long !== '--version')];
}
const flagsOf = (tree: CommandNode, node: CommandNode): string[] => [...optionsAt(tree, node).map(({ long }) => long), '--help'];
const valued = (tree: CommandNode): string[] => [...new Set(allOf(tree).flatMap(({ options }) => options.flatMap(({ long, value }) => (value === undefined ? [] : [long]))))];
/** What may come next after a command, besides options. */
const wordsOf = (node: CommandNode): string[] => [...node.commands.map(({ name }) => name), ...node.words.flatMap(({ choices }) => choices)];
/** What `minimix complete` is asked for where a value has this name. */
const NAMES: ReadonlyMap<string | undefined, string> = new Map([['room', 'rooms'], ['rooms...', 'rooms'], ['device', 'devices'], ['jid', 'accounts']]);
/** The arguments of a command for which the daemon knows names, by their places. */
function namedWords(node: CommandNode): { readonly at: number; readonly names: string }[] {
  if (keyOf(node) === '/minimix/account/add') return []; // its account is one that is not here yet
  return node.words.flatMap(({ name }, at) => {
    const names = NAMES.get(name);
    return names === undefined ? [] : [{ at, names }];
  });
}
const takesFiles = (node: CommandNode): boolean => node.words.some(({ name }) => FILES.has(name));

/** One `case` branch for each option that takes a value; `offer` is the shell code that offers values. */
function valueCases(tree: CommandNode, offer: (option: OptionNode) => string): string[] {
  return allOf(tree).flatMap((node) =>
    node.options.flatMap((option) => {
      if (option.value === undefined) return [];
      return [`    ${node === tree ? '*' : keyOf(node)}:${option.long}) ${offer(option)}return ;;`];
    }),
  );
}

/** For bash and zsh: finds the command and the number of its arguments so far, then offers values of an option or what may come next. */
function walk(
  tree: CommandNode,
  { line, values, next }: { line: { readonly words: string; readonly from: number; readonly to: string }; values: readonly string[]; next: readonly string[] },
): string {
  const word = `\${${line.words}[n]}`;
  const below = allOf(tree).filter((node) => node !== tree).map(keyOf);
  return `  for ((n = ${line.from}; n < ${line.to}; n++)); do
    case "${word}" in
      --home) home="\${${line.words}[n+1]}"; ((n++)); continue ;;
      ${valued(tree).join('|')}) ((n++)); continue ;;
      -*) continue ;;
    esac
    case "$at/${word}" in
      ${below.join('|')}) at="$at/${word}" ;;
      *) ((count++)) ;;
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
    const names = NAMES.get(value);
    if (names !== undefined) return `_minimix_names ${names}; `;
    return FILES.has(value) ? `COMPREPLY=($(compgen -${value === 'dir' ? 'd' : 'f'} -- "$word")); ` : '';
  });
  const next = allOf(tree).map((node) => {
    const files = takesFiles(node) ? ' COMPREPLY+=($(compgen -f -- "$word"));' : '';
    const names = namedWords(node).map((named) => ` [ "$count" = ${named.at} ] && _minimix_names ${named.names};`).join('');
    return `    ${keyOf(node)}) COMPREPLY=($(compgen -W "${[...wordsOf(node), ...flagsOf(tree, node)].join(' ')}" -- "$word"));${files}${names} ;;`;
  });
  return `# bash completion for minimix: \`minimix completion bash > ~/.local/share/bash-completion/completions/minimix\`
# What the running daemon knows; nothing if none runs.
_minimix_names() {
  local name
  compopt +o filenames 2>/dev/null
  while IFS= read -r name; do
    [[ $name == "$word"* ]] && COMPREPLY+=("$name")
  done < <("\${COMP_WORDS[0]}" \${home:+--home "$home"} complete "$1" 2>/dev/null)
}
_minimix_offer() {
${walk(tree, { line: { words: 'line', from: 1, to: 'last' }, values, next })}
}
_minimix() {
  # bash breaks words at @, : and =; here a word is what stands between blanks
  local line=() at=${GLOBAL} home= count=0 last n word before cut
  read -ra line <<< "\${COMP_LINE:0:COMP_POINT}"
  [[ "\${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && line+=('')
  last=$((\${#line[@]} - 1)) word="\${line[last]}" before="\${line[last-1]}"
  COMPREPLY=()
  _minimix_offer
  cut="\${word%"\${COMP_WORDS[COMP_CWORD]}"}"
  COMPREPLY=("\${COMPREPLY[@]#"\${cut%@}"}") # bash replaces the @ too: it completes names of hosts behind one
}
complete -o filenames -F _minimix minimix
`;
}

/** Between single quotes, for zsh and fish. */
function single(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A word and its meaning with a colon between them, as \`_describe\` reads it. */
function described(word: string, meaning: string): string {
  return single(`${word}:${meaning.replaceAll('\\', '\\\\').replaceAll(':', String.raw`\:`)}`);
}

function zsh(tree: CommandNode): string {
  const values = valueCases(tree, ({ value = '', choices, description }) => {
    if (choices.length > 0) return `compadd -- ${choices.map(single).join(' ')}; `;
    const names = NAMES.get(value);
    if (names !== undefined) return `_minimix_names ${names}; `;
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
      ${takesFiles(node) ? '_files' : ':'}
      ${namedWords(node).map(({ at, names }) => `(( count == ${at} )) && _minimix_names ${names}`).join('\n      ') || ':'} ;;`;
  });
  return `#compdef minimix
# zsh completion for minimix: \`minimix completion zsh > "\${fpath[1]}/_minimix"\`
# What the running daemon knows; nothing if none runs.
_minimix_names() {
  compadd -- \${(f)"$("\${words[1]}" \${home:+--home} \${home:+"$home"} complete $1 2>/dev/null)"}
}
_minimix() {
  local at=${GLOBAL} n home= count=0 before="\${words[CURRENT-1]}"
  local -a words_ options_
${walk(tree, { line: { words: 'words', from: 2, to: 'CURRENT' }, values, next })}
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
    const names = NAMES.get(value);
    const takes = value === undefined ? '' : names !== undefined ? ` -x -a ${single(`(__minimix_names ${names})`)}` : choices.length > 0 ? ` -x -a ${single(choices.join(' '))}` : FILES.has(value) ? ' -r -F' : ' -x';
    return `complete -c minimix ${where}-l ${long.slice(2)}${takes} -d ${single(description)}`;
  };
  const lines = nodes.flatMap((node) => [
    ...node.commands.map(({ name, description }) => `complete -c minimix ${at(node)} -a ${name} -d ${single(description)}`),
    ...node.words.flatMap(({ choices }) => (choices.length > 0 ? [`complete -c minimix ${at(node)} -a ${single(choices.join(' '))}`] : [])),
    ...(takesFiles(node) ? [`complete -c minimix ${at(node)} -F`] : []),
    ...namedWords(node).map((named) => `complete -c minimix -n ${single(`__minimix_at ${keyOf(node)} ${named.at}`)} -a ${single(`(__minimix_names ${named.names})`)}`),
    ...node.options.map((one) => option(node === tree ? '' : `${at(node)} `, one)),
  ]);
  return `# fish completion for minimix: \`minimix completion fish > ~/.config/fish/completions/minimix.fish\`
function __minimix_at
  set -l at ${GLOBAL}
  set -l skip 0
  set -l count 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${valued(tree).join(' ')}
        set skip 1
        continue
      case '-*'
        continue
    end
    switch $at/$word
      case ${nodes.filter((node) => node !== tree).map(keyOf).join(' ')}
        set at $at/$word
      case '*'
        set count (math $count + 1)
    end
  end
  test $at = $argv[1]; or return 1
  set -q argv[2]; or return 0
  test $count = $argv[2]
end
# What the running daemon knows; nothing if none runs.
function __minimix_names
  set -l tokens (commandline -opc)
  set -l home
  if set -l at (contains -i -- --home $tokens)
    set home --home $tokens[(math $at + 1)]
  end
  command $tokens[1] $home complete $argv[1] 2>/dev/null
end
complete -c minimix -f
${lines.join('\n')}
`;
}
