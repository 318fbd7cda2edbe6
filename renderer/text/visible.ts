/** What a stranger wrote, made safe to look at. The archive keeps it as it was. */

const REPLACEMENT = '\uFFFD';

// Controls that XML lets through (C1 among them), and the bidi embeddings and overrides: they reorder what stands
// around them. Isolates are left in a body: each paragraph is its own isolate, so they end with it.
const UNSAFE_IN_BODY = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\uFFF9-\uFFFB]/gu;

// In a nick, everything that has no width or turns the direction is a disguise, except a joiner where a script or an
// emoji needs it.
const NEEDED_JOINER =
  /(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{M}\p{Extended_Pictographic}\u{1F3FB}-\u{1F3FF}\uFE0F])[\u200C\u200D]/gu;
const INVISIBLE_IN_NICK =
  /[\p{Cc}\p{Zl}\p{Zp}\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E0FFF}]/gu;
const KEPT_JOINER = /[\uE000\uE001]/gu; // private use, while the others are being replaced

const NICK_CHARACTERS = 80;

/** A message's text: line ends made one, controls and bidi overrides made visible. */
export function visibleText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNSAFE_IN_BODY, REPLACEMENT);
}

/** A nick, on one line, bounded, with each invisible character made visible; `fallback` where nothing is left. */
export function visibleNick(nick: string, fallback: string): string {
  const kept = nick
    .replace(KEPT_JOINER, REPLACEMENT)
    .replace(NEEDED_JOINER, (joiner) => (joiner === '\u200C' ? '\uE000' : '\uE001'))
    .replace(INVISIBLE_IN_NICK, REPLACEMENT)
    .replace(KEPT_JOINER, (mark) => (mark === '\uE000' ? '\u200C' : '\u200D'))
    .trim();
  if (kept === '') return fallback;
  return shortened(kept, NICK_CHARACTERS);
}

/** At most `limit` UTF-16 units, never cut inside a character, with an ellipsis where something is missing. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, endOfCharacter(text, limit))}…`;
}

/** The greatest index up to `limit` that does not split a surrogate pair. */
export function endOfCharacter(text: string, limit: number): number {
  const unit = text.charCodeAt(limit - 1);
  return unit >= 0xd800 && unit <= 0xdbff ? limit - 1 : limit;
}
