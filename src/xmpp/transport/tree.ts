import { Element } from 'ltx';
import { textOf } from './tag.ts';
import type { Tag } from './tag.ts';

/** A checked element in the order in which it is written: its tags, its texts as written, `undefined` for an end tag. */
export type Outline = readonly (Tag | string | undefined)[];

/** The tree of an outline, as ltx would read it from the text; texts that meet are one. */
export function treeOf(outline: Outline): Element {
  const root = new Element('');
  let here = root;
  let text = '';
  for (const part of outline) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    if (text !== '') here.t(textOf(text));
    text = '';
    if (part === undefined) here = here.parent ?? root;
    else {
      const child = here.cnode(elementOf(part));
      if (part.form === 'open') here = child;
    }
  }
  const [tree] = root.children;
  if (tree === undefined || typeof tree === 'string') throw new Error('an outline without an element');
  tree.parent = null;
  return tree;
}

function elementOf({ name, attributes }: Tag): Element {
  const element = new Element(name);
  for (const attribute of attributes) element.attrs[attribute.name] = attribute.value;
  return element;
}
