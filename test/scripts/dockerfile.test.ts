// The reader by which `npm run fresh` tries the Dockerfile without Docker.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isIgnored, readCommand, readCopy, readDockerfile, readVariables } from '../../scripts/fresh/dockerfile.ts';

const root = join(import.meta.dirname, '../..');

test('stages, steps and lines that go on are read, comments are not', () => {
  const text = '# a comment\nFROM node:24 AS build\nRUN one \\\n  && two\n\nFROM debian\n# another\nCOPY --from=build /out /opt/x\nCMD ["run"]\n';
  expect(readDockerfile(text)).toEqual([
    { from: 'node:24', name: 'build', steps: [{ word: 'RUN', rest: 'one && two' }] },
    { from: 'debian', name: undefined, steps: [{ word: 'COPY', rest: '--from=build /out /opt/x' }, { word: 'CMD', rest: '["run"]' }] },
  ]);
});

test.each(['RUN x', 'FROM a\nONBUILD RUN x', 'FROM a\nADD x /'])('%j is refused', (text) => {
  expect(() => readDockerfile(text)).toThrow('is not understood');
});

test('what a step says is read, and what is not understood is refused', () => {
  expect(readCopy('a b ./')).toEqual({ from: undefined, sources: ['a', 'b'], target: './' });
  expect(readCopy('--from=build /out /opt/x')).toEqual({ from: 'build', sources: ['/out'], target: '/opt/x' });
  for (const rest of ['a', '*.json ./', '--chown=node a b']) expect(() => readCopy(rest)).toThrow('not understood');
  expect(readVariables('A=1 B_C=/x/y')).toEqual([['A', '1'], ['B_C', '/x/y']]);
  for (const rest of ['A', 'A="b"', 'A=$B']) expect(() => readVariables(rest)).toThrow('not understood');
  expect(readCommand('--interval=1m CMD ["minimix", "status"]')).toEqual(['minimix', 'status']);
  expect(() => readCommand('[1]')).toThrow('not understood');
});

test('.dockerignore keeps folders, what is in them, and patterns out', () => {
  const ignore = 'node_modules\ndocs/pictures\n*.log\n';
  for (const path of ['node_modules', 'node_modules/a/b', 'docs/pictures/a.png', 'x.log']) expect(isIgnored(path, ignore), path).toBe(true);
  for (const path of ['', 'docs/cli.md', 'node_modules2', 'src/x.ts']) expect(isIgnored(path, ignore), path).toBe(false);
});

test('our own Dockerfile is understood: two stages, the second without what builds', () => {
  const [build, image] = readDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  expect(build?.name).toBe('build');
  expect(image?.steps.some(({ word, rest }) => word === 'RUN' && /npm|vite/.test(rest))).toBe(false);
  for (const { word, rest } of [...(build?.steps ?? []), ...(image?.steps ?? [])]) {
    if (word === 'COPY') readCopy(rest);
    if (word === 'ENV') readVariables(rest);
    if (['ENTRYPOINT', 'CMD', 'HEALTHCHECK'].includes(word)) readCommand(rest);
  }
});
