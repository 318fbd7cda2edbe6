// What `npm run licences` and `npm run audit:deps` say.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tell } from '../scripts/audit.ts';
import { isAllowed, licensed } from '../scripts/licences.ts';

test('every dependency that is handed on, bundled ones too, is under a licence that goes with ours', () => {
  const all = licensed(join(import.meta.dirname, '..'));
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['@xmpp/connection', 'age-encryption', 'ltx', 'zod', 'dbus-native', 'xml2js', 'react', 'scheduler', 'electron-store', 'conf', '@napi-rs/keyring']));
  for (const name of ['vitest', 'electron', 'vite']) expect(all.map((each) => each.name)).not.toContain(name);
  expect(all.filter(({ licence }) => !isAllowed(licence))).toEqual([]);
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-only)', true],
  ['MIT AND Apache-2.0', true],
  ['MIT AND GPL-3.0-only', false],
  ['GPL-3.0-only', false],
  ['((MIT OR ISC) AND GPL-3.0-only)', false],
  ['SEE LICENSE IN LICENSE', false],
  ['none', false],
])('the licence %s is allowed: %s', (licence, allowed) => {
  expect(isAllowed(licence)).toBe(allowed);
});

const handed = ['node_modules/ltx', 'node_modules/zod'];
const none = { auditReportVersion: 2, vulnerabilities: {} };
const holes = { nodes: ['node_modules/ltx'], fixAvailable: true, isDirect: false, name: 'ltx', severity: 'high', range: '<3.0.0', via: [{ title: 'It obeys entities', url: 'https://example.org/1' }, 'xml'] };

test('an audit is told in words: nothing known, a hole, and nobody to ask, which is no good news', () => {
  expect(tell(JSON.stringify(none), handed)).toEqual({ code: 0, lines: ['No hole is known in the 2 dependencies that are handed on.'] });
  expect(tell(JSON.stringify({ ...none, vulnerabilities: { ltx: holes } }), handed)).toEqual({
    code: 1,
    lines: ['1 of 2 dependencies that are handed on have a known hole:', 'ltx <3.0.0: high, cured by npm audit fix', '  It obeys entities https://example.org/1', '  through xml'],
  });
  // What only development needs is nobody's concern who runs it.
  expect(tell(JSON.stringify({ ...none, vulnerabilities: { ltx: { ...holes, nodes: ['node_modules/x/node_modules/ltx'] } } }), handed)).toMatchObject({ code: 0 });
  const noService = { message: '405 Method Not Allowed - POST https://registry.test/-/npm/v1/security/advisories/bulk', error: { summary: '' } };
  for (const answer of [JSON.stringify(noService), '', '<html>']) expect(tell(answer, handed)).toMatchObject({ code: 2, lines: [expect.stringMatching(/^Not checked: (?!.*registry\.test)/), expect.anything()] });
});
