// `$&` in a text that stands in for another is read by String.replace: whoever chooses a resource or a nick would choose where
// other words are put. So a replacement that is made of something at run time is a function.
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseSync, Visitor } from 'vite';
import { expect, test } from 'vitest';

/** Kinds of expression that give another text each time. */
const MADE: ReadonlySet<string> = new Set(['BinaryExpression', 'CallExpression', 'MemberExpression']);
const root = resolve(import.meta.dirname, '..');

/** Calls of replace and replaceAll whose replacement is a text with something put into it. */
function made(name: string, text: string): string[] {
  const found: string[] = [];
  new Visitor({
    CallExpression({ callee, arguments: [, by], start, end }) {
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier' || !/^replace(All)?$/.test(callee.property.name)) return;
      const isMade = by !== undefined && (MADE.has(by.type) || (by.type === 'TemplateLiteral' && by.expressions.length > 0));
      if (isMade) found.push(`${name}: ${text.slice(start, end).slice(0, 120)}`);
    },
  }).visit(parseSync(name, text).program);
  return found;
}

test('no text is put into another by a replacement string', () => {
  const files = globSync(['src/**/*.ts', 'renderer/**/*.{ts,tsx}'], { cwd: root, exclude: (name) => name === 'node_modules' || name === 'dist' });
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((name) => made(name, readFileSync(resolve(root, name), 'utf8')))).toEqual([]);
});

test('one that is made at run time is found', () => {
  expect(made('a.ts', 'text.replace(/x/, `a ${name}`); text.replaceAll("x", "a" + name); text.replace(/x/, escape(name)); text.replace(/x/, "$1"); text.replace(/x/, () => name);')).toHaveLength(3);
});
