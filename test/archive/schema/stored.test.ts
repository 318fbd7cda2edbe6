import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { leftOut, stored } from '../../../src/archive/schema/stored.ts';

const shape = z.object({ nick: z.string(), password: leftOut(z.string()) });

describe('a value that the archive keeps as JSON', () => {
  test('comes back as it was written, though JSON leaves out what is undefined', () => {
    const written = { nick: 'romeo', password: undefined };
    const read = stored(shape, JSON.stringify(written), { nick: '', password: undefined });
    expect(read).toEqual(written);
  });

  test('is the fallback where nothing was written', () => {
    expect(stored(z.array(z.string()), undefined, [])).toEqual([]);
  });

  test('is refused where it is not what was written', () => {
    expect(() => stored(shape, '{"nick":7}', { nick: '', password: undefined })).toThrow(z.ZodError);
  });
});
