import { expect, test } from 'vitest';
import type { Account } from '../../../src/account/contract.ts';
import type { Found, SearchQuery } from '../../../src/archive/query-contract.ts';
import { actions } from '../../../src/frontends/commands/adhoc-commands.ts';

const account = { jid: 'a@b' } as unknown as Account;

test('a search by a device is handed to whoever searches beside the event loop, and answered once that is done', async () => {
  const asked: SearchQuery[] = [];
  let answer: (found: Found) => void = () => undefined;
  const find = (query: SearchQuery): Promise<Found> => {
    asked.push(query);
    return new Promise((resolve) => (answer = resolve));
  };
  const done = actions.find(({ name }) => name === 'search')?.perform({ account, find, resource: 'phone' }, { text: 'a* b*' });
  expect(asked).toMatchObject([{ text: 'a* b*', account: 'a@b', limit: 20 }]);
  answer({ ok: false, message: 'This search contains no word.', start: 0, end: 1 });
  expect(await done).toMatchObject({ ok: false, error: { code: 'bad-query', message: 'This search contains no word.' } });
});
