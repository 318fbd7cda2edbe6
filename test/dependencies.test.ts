// What `npm run licences` and `npm run audit:deps` say.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tell } from '../scripts/audit.ts';
import { isAllowed, licensed } from '../scripts/licences.ts';

test('every production dependency is under a licence that goes with ours', () => {
  const all = licensed(join(import.meta.dirname, '..'));
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['@xmpp/connection', 'age-encryption', 'ltx', 'zod']));
  expect(all.map(({ name }) => name)).not.toContain('vitest');
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

const none = { auditReportVersion: 2, vulnerabilities: {}, metadata: { dependencies: { prod: 163 } } };
const holes = { fixAvailable: true, isDirect: false, name: 'ltx', severity: 'high', range: '<3.0.0', via: [{ title: 'It obeys entities', url: 'https://example.org/1' }, 'xml'] };

test('an audit is told in words: nothing known, a hole, and nobody to ask, which is no good news', () => {
  expect(tell(JSON.stringify(none))).toEqual({ code: 0, lines: ['No hole is known in the 163 production dependencies.'] });
  expect(tell(JSON.stringify({ ...none, vulnerabilities: { ltx: holes } }))).toEqual({
    code: 1,
    lines: ['1 of 163 production dependencies have a known hole:', 'ltx <3.0.0: high, cured by npm audit fix', '  It obeys entities https://example.org/1', '  through xml'],
  });
  const noService = { message: '405 Method Not Allowed - POST https://registry.test/-/npm/v1/security/advisories/bulk', error: { summary: '' } };
  for (const answer of [JSON.stringify(noService), '', '<html>']) expect(tell(answer)).toMatchObject({ code: 2, lines: [expect.stringMatching(/^Not checked: (?!.*registry\.test)/), expect.anything()] });
});
