import { StreamFault, notWellFormed } from './transport/stream-fault.ts';
import type { Attribute, Tag } from './transport/tag.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';
const XMLNS = 'http://www.w3.org/2000/xmlns/';

/** Which namespace prefixes are bound where (Namespaces in XML 1.0), one look-up a prefixed name. */
export interface Scope {
  /** Takes in a tag's declarations and checks its prefixes. */
  enter(tag: Tag): void;
  leave(): void;
  /** The namespace of a prefix, '' being the default one. */
  lookup(prefix: string): string | undefined;
  /** Prefixes of the stream header that were used since the last call, with their namespaces. */
  takeBorrowed(): [prefix: string, uri: string][];
}

/** A scope within another, whose prefixes it borrows; none for the stream header itself. */
export function createScope(outer?: Scope): Scope {
  const bound = new Map<string, string[]>();
  const levels: string[][] = [];
  const NONE: string[] = [];
  let borrowed = new Map<string, string>();

  function lookup(prefix: string): string | undefined {
    const own = bound.get(prefix)?.at(-1);
    if (own !== undefined) return own;
    if (prefix === 'xml') return XML;
    const uri = outer?.lookup(prefix);
    if (uri !== undefined && prefix !== '') borrowed.set(prefix, uri);
    return uri;
  }

  function check(name: string): void {
    const colon = name.indexOf(':');
    if (colon === -1) return;
    const prefix = name.slice(0, colon);
    if (prefix === 'xmlns' || lookup(prefix) === undefined) {
      throw new StreamFault('bad-namespace-prefix', `the prefix ${prefix} is not bound`);
    }
  }

  function enter(tag: Tag): void {
    const { attributes } = tag;
    if (attributes.length === 0) {
      levels.push(NONE);
      return check(tag.name);
    }
    let declared = NONE;
    let prefixed = 0;
    for (const { name, value } of attributes) {
      if (name.charCodeAt(0) === 120 /* x */ && (name === 'xmlns' || name.startsWith('xmlns:'))) {
        const prefix = name.slice(6);
        checkDeclaration(prefix, value);
        if (declared === NONE) declared = [];
        declared.push(prefix);
        const stack = bound.get(prefix);
        if (stack) stack.push(value);
        else bound.set(prefix, [value]);
      } else if (name.includes(':')) prefixed++;
    }
    levels.push(declared);
    check(tag.name);
    if (prefixed > 0) checkAttributes(attributes);
  }

  function checkAttributes(attributes: readonly Attribute[]): void {
    const seen = new Set<string>();
    for (const { name } of attributes) {
      const colon = name.indexOf(':');
      if (colon === -1 || name.startsWith('xmlns:')) continue;
      check(name);
      const expanded = `${lookup(name.slice(0, colon))} ${name.slice(colon + 1)}`;
      if (seen.has(expanded)) throw notWellFormed('one attribute by two prefixes');
      seen.add(expanded);
    }
  }

  function leave(): void {
    for (const prefix of levels.pop() ?? NONE) {
      const stack = bound.get(prefix);
      stack?.pop();
      if (stack?.length === 0) bound.delete(prefix); // or a year of made-up prefixes stays in memory
    }
  }

  function takeBorrowed(): [string, string][] {
    if (borrowed.size === 0) return [];
    const taken = [...borrowed];
    borrowed = new Map();
    return taken;
  }

  return { enter, leave, lookup, takeBorrowed };
}

function checkDeclaration(prefix: string, uri: string): void {
  const reserved = prefix === 'xmlns' || uri === XMLNS || (prefix === 'xml') !== (uri === XML);
  if (reserved || (prefix !== '' && uri === '')) {
    throw new StreamFault('bad-namespace-prefix', 'a namespace declaration that XML forbids');
  }
}
