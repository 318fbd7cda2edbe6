import { expect, test, vi } from 'vitest';
import { openSettings } from '../../src/tray/settings.ts';

test('a full disk ends neither a click nor a timer: the choice holds while the tray runs, and the log says why it is not kept', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const settings = openSettings({
    read: () => undefined,
    write() {
      throw new Error('tray.json cannot be written: the disk is full.');
    },
  });
  settings.setNotify(false);
  expect(settings.notify()).toBe(false);
  expect(log).toHaveBeenCalledExactlyOnceWith('the tray’s settings are not kept: tray.json cannot be written: the disk is full.');
  log.mockRestore();
});
