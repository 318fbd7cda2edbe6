import { inflateSync } from 'node:zlib';

/** As StatusNotifierItem wants a picture: four bytes a pixel, alpha first. */
export type Pixmap = readonly [width: number, height: number, argb: Buffer];

const MAGIC = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Reads a PNG as ours are: 8 bits a channel, RGB with or without alpha, not interlaced (PNG, third edition). */
export function readPixmap(png: Buffer): Pixmap {
  if (!png.subarray(0, 8).equals(MAGIC)) throw new Error('This is no PNG.');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const channels = png[25] === 6 ? 4 : png[25] === 2 ? 3 : undefined;
  if (png[24] !== 8 || channels === undefined || png[28] !== 0) throw new Error('This PNG is of a kind that is not read here.');
  const parts: Buffer[] = [];
  for (let at = 8; at + 8 <= png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const rows = unfilter(inflateSync(Buffer.concat(parts), { maxOutputLength: height * (width * channels + 1) }), width * channels, channels);
  const argb = Buffer.alloc(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    argb[pixel * 4] = channels === 4 ? (rows[pixel * 4 + 3] ?? 0) : 255;
    rows.copy(argb, pixel * 4 + 1, pixel * channels, pixel * channels + 3);
  }
  return [width, height, argb];
}

/** 9.2: each line says by which of its neighbours it was made smaller. */
function unfilter(lines: Buffer, stride: number, step: number): Buffer {
  const out = Buffer.alloc((lines.length / (stride + 1)) * stride);
  for (let row = 0; row * stride < out.length; row += 1) {
    const filter = lines[row * (stride + 1)];
    for (let at = 0; at < stride; at += 1) {
      const here = row * stride + at;
      const left = at < step ? 0 : (out[here - step] ?? 0);
      const above = row === 0 ? 0 : (out[here - stride] ?? 0);
      const corner = at < step || row === 0 ? 0 : (out[here - stride - step] ?? 0);
      const guess = filter === 1 ? left : filter === 2 ? above : filter === 3 ? (left + above) >> 1 : filter === 4 ? paeth(left, above, corner) : 0;
      out[here] = (lines[row * (stride + 1) + 1 + at] ?? 0) + guess;
    }
  }
  return out;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
