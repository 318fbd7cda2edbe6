/** A bookmarked room, the same whatever storage it lies in (XEP-0402, XEP-0048). */
export interface Bookmark {
  /** The room's bare JID, in its normal form. */
  readonly room: string;
  readonly name: string | undefined;
  readonly autojoin: boolean;
  readonly nick: string | undefined;
  readonly password: string | undefined;
  /** The `<extensions/>` element as text, kept as it came. */
  readonly extensions: string | undefined;
}
