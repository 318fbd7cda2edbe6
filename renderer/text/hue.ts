// XEP-0392 5: consistent colour. The hue comes from the text alone, so a nick has one hue in every client.
import { sha1 } from '@noble/hashes/legacy.js';
import { Hsluv } from 'hsluv';

/** Colours of one nick on each ground; HSLuv's lightness alone decides the contrast, whatever the hue. */
interface NickColour {
  readonly onLight: string;
  readonly onDark: string;
}

const SATURATION = 82;
const ON_LIGHT = 42; // at least 5.9:1 on white
const ON_DARK = 74; // at least 8:1 on the dark ground
const REMEMBERED = 2000;

const remembered = new Map<string, NickColour>();

/** The hue angle in degrees, 0 to 360 (XEP-0392 5.1). */
export function hueOf(text: string): number {
  const digest = sha1(new TextEncoder().encode(text));
  return (((digest[0] ?? 0) | ((digest[1] ?? 0) << 8)) / 65536) * 360;
}

/** The colours of a nick, as `#rrggbb`. */
export function colourOf(nick: string): NickColour {
  const known = remembered.get(nick);
  if (known) return known;
  const hue = hueOf(nick);
  const colour = { onLight: hex(hue, ON_LIGHT), onDark: hex(hue, ON_DARK) };
  if (remembered.size >= REMEMBERED) remembered.clear(); // nicks are a stranger's to choose: bounded
  remembered.set(nick, colour);
  return colour;
}

function hex(hue: number, lightness: number): string {
  const conversion = new Hsluv();
  conversion.hsluv_h = hue;
  conversion.hsluv_s = SATURATION;
  conversion.hsluv_l = lightness;
  conversion.hsluvToHex();
  return conversion.hex;
}
