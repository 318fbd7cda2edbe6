// What a stranger wrote must not move the cursor, recolour the terminal, or turn the line around. C0 and C1
// controls, bidirectional overrides and isolates (UAX #9), invisible separators, tags, lone surrogates.
const HARMFUL =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

/**
 * The text on one line, without anything that a terminal or a log viewer would obey; a line break becomes a
 * space.
 */
export function oneLine(text: string): string {
  return text.replaceAll(/\r\n|[\n\t\u2028\u2029]/g, ' ').replaceAll(HARMFUL, '');
}

/** The text with its line breaks, each further line indented so that it cannot pass for a line of ours. */
export function indented(text: string, indent: string): string {
  return text
    .split(/\r\n|[\n\u2028\u2029]/)
    .map(oneLine)
    .join(`\n${indent}`);
}

/** JSON on one line in which what a terminal would obey is escaped. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(HARMFUL, (found) =>
    Array.from(
      { length: found.length },
      (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
