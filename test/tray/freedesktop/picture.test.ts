import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readPixmap } from '../../../src/tray/freedesktop/picture.ts';

const icons = join(import.meta.dirname, '../../../build/tray');

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}

/** A PNG of these lines, each with its filter's number in front. */
function png(width: number, lines: number[][], { depth = 8, colour = 6 } = {}): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(lines.length, 4);
  head.set([depth, colour, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.from(lines.flat()))), chunk('IEND', Buffer.alloc(0))]);
}

test('each filter of a PNG is undone, and alpha comes first', () => {
  const lines = [
    [0, 10, 20, 30, 255, 11, 21, 31, 254], // as it is
    [1, 1, 2, 3, 4, 1, 1, 1, 1], // from the left
    [2, 1, 1, 1, 1, 2, 2, 2, 2], // from above
    [3, 10, 10, 10, 10, 10, 10, 10, 10], // from both
    [4, 1, 1, 1, 1, 1, 1, 1, 1], // from the nearest
  ];
  const [width, height, argb] = readPixmap(png(2, lines));
  expect([width, height]).toEqual([2, 5]);
  expect([...argb]).toEqual([
    255, 10, 20, 30, 254, 11, 21, 31,
    4, 1, 2, 3, 5, 2, 3, 4,
    5, 2, 3, 4, 7, 4, 5, 6,
    12, 11, 11, 12, 19, 17, 18, 19,
    13, 12, 12, 13, 20, 18, 19, 20,
  ]);
});

test('a picture without alpha is opaque', () => {
  expect([...readPixmap(png(1, [[0, 1, 2, 3]], { colour: 2 }))[2]]).toEqual([255, 1, 2, 3]);
});

test('a picture of another kind is refused', () => {
  expect(() => readPixmap(png(1, [[0, 1]], { colour: 0 }))).toThrow('of a kind');
  expect(() => readPixmap(Buffer.from('GIF89a'))).toThrow('no PNG');
});

test('each icon is read, and no two are the same', () => {
  const all = readdirSync(icons).filter((name) => /^[a-zT]+(@2x)?\.png$/.test(name));
  expect(all.length).toBe(28);
  expect(new Set(all.map((name) => readPixmap(readFileSync(join(icons, name)))[2].toString('base64'))).size).toBe(all.length);
});
