/** Kinds of pictures that a browser shows and that carry no script: never SVG. */
export type PictureType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif';

/** What a file is by its first bytes; its name and what its sender says count for nothing. */
export function pictureType(bytes: Uint8Array): PictureType | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16)); // one character a byte
  const at = (offset: number, text: string): boolean => start.startsWith(text, offset);
  if (at(0, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (at(0, '\xff\xd8\xff')) return 'image/jpeg';
  if (at(0, 'GIF87a') || at(0, 'GIF89a')) return 'image/gif';
  if (at(0, 'RIFF') && at(8, 'WEBP')) return 'image/webp';
  if (at(4, 'ftypavif') || at(4, 'ftypavis')) return 'image/avif';
  return undefined;
}

const PICTURE_NAME = /\.(png|jpe?g|gif|webp|avif)$/i;

/**
 * The link of a message that is about a file: what XEP-0066 says, else a body that is one https link to what is named
 * like a picture. `picture` is a guess by the name.
 */
export function fileOf(body: string | undefined, oob: string | undefined): { readonly url: string; readonly name: string; readonly picture: boolean } | undefined {
  const text = oob ?? (body !== undefined && body.length <= 3000 && /^https:\/\/\S+$/.test(body.trim()) ? body.trim() : undefined);
  const url = text === undefined ? null : URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') return undefined;
  const name = decoded(url.pathname.slice(url.pathname.lastIndexOf('/') + 1)) || url.hostname;
  const picture = PICTURE_NAME.test(name);
  if (oob === undefined && !picture) return undefined;
  return { url: url.href, name, picture };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign
  }
}
