// What the matrix of stock clients says of what it saw.
import { expect, test } from 'vitest';
import { faultsOf, printed, wrongIn, type Cell, type Row } from '../../../scripts/clients/matrix.ts';

const yes: Cell = { is: 'yes' };
const no = (why: string): Cell => ({ is: 'no', why });
const cannot = (why: string): Cell => ({ is: '–', why });
const row = (direct: Cell, bouncer: Cell): Row => ({ client: 'poezio', direct: { live: direct }, bouncer: { live: bouncer } });

test('a client that has less behind the bouncer than directly is a fault, with its reason', () => {
  expect(faultsOf([row(yes, no('lost: one'))])).toEqual([{ client: 'poezio', column: 'live', why: 'lost: one' }]);
  expect(faultsOf([row(yes, cannot('never'))])).toEqual([{ client: 'poezio', column: 'live', why: 'never' }]);
  expect(faultsOf([{ client: 'poezio', direct: { live: yes }, bouncer: {} }])).toEqual([{ client: 'poezio', column: 'live', why: 'not tried' }]);
});

test('what works behind the bouncer, and what a client does not do directly either, is none', () => {
  expect(faultsOf([row(yes, yes), row(no('never'), yes), row(no('never'), no('never')), row(cannot('never'), cannot('never'))])).toEqual([]);
});

test('what a client holds is right where each text is there once and in order, whatever stands around it', () => {
  expect(wrongIn(['12:00 bob: one', 'two', 'something else', 'three'], ['one', 'two', 'three'])).toBeUndefined();
  expect(wrongIn(['one', 'three'], ['one', 'two', 'three'])).toBe('1 of 3 not there: two');
  expect(wrongIn(['one', 'two', 'one'], ['one', 'two'])).toBe('more than once: one');
  expect(wrongIn(['two', 'one'], ['one', 'two'])).toBe('in another order: two, one');
});

test('the matrix shows both sides where they differ, and says why below', () => {
  const lines = printed([row(yes, no('lost: one')), row(cannot('it has no rooms'), cannot('it has no rooms'))], ['live']);
  expect(lines).toEqual([
    '|        | live        |',
    '|--------|-------------|',
    '| poezio | yes / no[1] |',
    '| poezio | –[2]        |',
    '',
    'One answer where both agree, else direct / bouncer. –: the client cannot.',
    '[1] lost: one',
    '[2] it has no rooms',
  ]);
});
