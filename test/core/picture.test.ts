import { describe, expect, test } from 'vitest';
import { fileOf, pictureType } from '../../src/core/picture.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('what a file is by its bytes', () => {
  test.each([
    ['\x89PNG\r\n\x1a\n....', 'image/png'],
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['GIF89a', 'image/gif'],
    ['RIFF\0\0\0\0WEBPVP8 ', 'image/webp'],
    ['\0\0\0\x1cftypavif', 'image/avif'],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', undefined],
    ['<?xml version="1.0"?><svg/>', undefined],
    ['<!doctype html>', undefined],
    ['RIFF\0\0\0\0WAVE', undefined],
    ['', undefined],
  ])('%j', (text, type) => {
    expect(pictureType(bytes(text))).toBe(type);
  });
});

describe('the file of a message', () => {
  test.each<[body: string, oob: string | undefined, expected: ReturnType<typeof fileOf>]>([
    ['https://u.example/a/tap.jpg', undefined, { url: 'https://u.example/a/tap.jpg', name: 'tap.jpg', picture: true }],
    ['https://u.example/a/list.pdf', 'https://u.example/a/list.pdf', { url: 'https://u.example/a/list.pdf', name: 'list.pdf', picture: false }],
    ['https://u.example/a/list.pdf', undefined, undefined],
    ['see https://u.example/a/tap.jpg', undefined, undefined],
    ['http://u.example/a/tap.jpg', undefined, undefined],
    // oxlint-disable-next-line no-script-url -- a stranger's
    ['x', 'javascript:alert(1)', undefined],
    ['x', 'https://user:secret@u.example/a.png', undefined],
    ['x', 'aesgcm://u.example/a.png#abc', undefined],
    ['x', 'https://u.example/%E2%80%AEgpj.exe', { url: 'https://u.example/%E2%80%AEgpj.exe', name: '\u202Egpj.exe', picture: false }],
    ['x', 'https://u.example/100%.png', { url: 'https://u.example/100%.png', name: '100%.png', picture: true }],
  ])('%s, %s', (body, oob, expected) => {
    expect(fileOf(body, oob)).toEqual(expected);
  });
});
