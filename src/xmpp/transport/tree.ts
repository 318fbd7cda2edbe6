import { Element } from 'ltx';

export interface OutlineTag {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/** An element in the order in which it is written: its start tags, its texts, `undefined` for an end tag. */
export type Outline = readonly (OutlineTag | string | undefined)[];

/** The tree of an outline; texts that meet are one. */
export function treeOf(outline: Outline): Element {
  const root = new Element('');
  let here = root;
  let text = '';
  for (const part of outline) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    if (text !== '') here.t(text);
    text = '';
    here = part === undefined ? (here.parent ?? root) : here.cnode(elementOf(part));
  }
  const [tree] = root.children;
  if (tree === undefined || typeof tree === 'string') throw new Error('an outline without an element');
  tree.parent = null;
  return tree;
}

function elementOf({ name, attributes }: OutlineTag): Element {
  const element = new Element(name);
  for (const [key, value] of attributes) element.attrs[key] = value;
  return element;
}
