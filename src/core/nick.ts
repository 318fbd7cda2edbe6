/** Where a nick may come from, best first. */
interface NickSources {
  readonly asked?: string | undefined;
  readonly bookmark?: string | undefined;
  /** XEP-0172 nick of the account. */
  readonly account?: string | undefined;
  /** XEP-0045 7.12 reserved nick of the room. */
  readonly reserved?: string | undefined;
  readonly localpart: string;
}

export interface ChosenNick {
  /** Never empty. */
  readonly nick: string;
  readonly from: keyof NickSources;
}

const order = ['asked', 'bookmark', 'account', 'reserved'] as const;

/** The nick to ask for, and where it comes from. */
export function chooseNick(sources: NickSources): ChosenNick {
  for (const from of order) {
    const nick = sources[from];
    if (nick !== undefined && nick.trim() !== '') return { nick, from };
  }
  return { nick: sources.localpart, from: 'localpart' };
}

/** A nick to try after `tries` conflicts: `alice_`, `alice_2`, … It is never written to a bookmark. */
export function fallbackNick(wanted: string, tries: number): string {
  return tries <= 1 ? `${wanted}_` : `${wanted}_${tries}`;
}
