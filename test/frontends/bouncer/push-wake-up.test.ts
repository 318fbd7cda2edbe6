import { expect, test } from 'vitest';
import type { Account } from '../../../src/account/contract.ts';
import type { KeptMessage } from '../../../src/core/groupchat.ts';
import { openPushWakeUp } from '../../../src/frontends/bouncer/push/push-wake-up.ts';

test('a device that is away is pushed to once until it is back, and not while the person has paused pushes', () => {
  let paused = true;
  const written: string[] = [];
  const account = {
    devices: { alert: () => 'mention', isPushPaused: () => paused },
    server: {
      write(text: string) {
        written.push(text);
        return { ok: true };
      },
    },
  } as unknown as Account;
  const wake = openPushWakeUp(account, 'a@x/phone', () => true);
  const message = { archiveId: 7 } as KeptMessage;
  wake.call(message);
  expect(written).toEqual([]);
  paused = false;
  wake.call(message);
  wake.call(message);
  expect(written).toHaveLength(1);
  wake.back();
  wake.call(message);
  expect(written).toHaveLength(2);
});
