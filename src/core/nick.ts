/** Where a nick may come from, best first (DESIGN: Nick and presence). */
export interface NickSources {
  readonly asked?: string | undefined;
  readonly bookmark?: string | undefined;
  /** XEP-0172 nick of the account. */
  readonly account?: string | undefined;
  /** XEP-0045 7.12 reserved nick of the room. */
  readonly reserved?: string | undefined;
  readonly localpart: string;
}

/** The nick to ask for. Never empty. */
export function chooseNick(sources: NickSources): string {
  const { asked, bookmark, account, reserved, localpart } = sources;
  return [asked, bookmark, account, reserved].find((nick) => nick !== undefined && nick.trim() !== '') ?? localpart;
}

/** A nick to try after `tries` conflicts: `alice_`, `alice_2`, … It is never written to a bookmark. */
export function fallbackNick(wanted: string, tries: number): string {
  return tries <= 1 ? `${wanted}_` : `${wanted}_${tries}`;
}
