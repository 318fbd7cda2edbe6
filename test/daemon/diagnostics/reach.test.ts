import { expect, test } from 'vitest';
import { judgePhones, type Met } from '../../../src/daemon/diagnostics/reach.ts';

const WELL: Met = { loopbackAlone: false, directTlsPort: 5223, ownAuthority: false, sasl2: ['SCRAM-SHA-512-PLUS'] };
const told = (met: Partial<Met>): [string, string, string][] => [...judgePhones({ ...WELL, ...met }, 'a@b')].map(({ check, level, message }) => [check, level, message]);

test.each<[string, Partial<Met>, [string, string, RegExp][]]>([
  ['all that phones ask for', {}, [['Conversations', 'ok', /nothing amiss/], ['Monal', 'ok', /SCRAM inside SASL2/]]],
  ['an address of loopback alone', { loopbackAlone: true }, [['phone', 'note', /Only this computer/], ['Conversations', 'ok', /./], ['Monal', 'ok', /./]]],
  ['direct TLS on another port', { directTlsPort: 15223 }, [['Conversations', 'note', /443 and 5223 alone, and the bouncer has 15223/], ['Monal', 'ok', /./]]],
  ['an authority of one’s own', { ownAuthority: true }, [['Conversations', 'note', /asks whether to trust/], ['Monal', 'note', /asks nobody/]]],
  ['no SASL2', { sasl2: [] }, [['Conversations', 'ok', /./], ['Monal', 'note', /inside SASL2 alone/]]],
])('with %s', (_what, met, expected) => {
  expect(told(met)).toEqual(expected.map(([check, level, message]) => [check, level, expect.stringMatching(message)]));
});
