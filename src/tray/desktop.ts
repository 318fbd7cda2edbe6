import type { MenuEntry, TrayAction, TrayState } from './menu.ts';
import type { Notice } from './notices.ts';

/** What the tray shows of itself. */
export interface TrayPicture {
  readonly icon: TrayState;
  /** One line. */
  readonly tip: string;
  readonly menu: readonly MenuEntry[];
}

/** What the person does with a notification. */
export interface NoticeAnswers {
  clicked(): void;
  /** Answered in the notification itself, where the desktop has a field for it. */
  replied(text: string): void;
}

/** A choice that the desktop keeps. `look` asks it again what stands; `isOn` is what it said last, so that nobody waits for it. */
export interface DesktopChoice {
  isOn(): boolean;
  look(): Promise<void>;
  set(on: boolean): Promise<void>;
}

/** Where the daemon's page is shown: a window of the tray's own, or the person's browser. */
export interface PageView {
  /** Shows the page, at that fragment where one is given. */
  open(fragment: string | undefined): Promise<void>;
  /** The page's fragment while the person looks at it; `undefined` where that cannot be known. */
  lookedAt(): string | undefined;
  /** The daemon has another address, or runs anew: an open page needs a new one. */
  follow(): void;
}

/** What a desktop gives to the tray; Electron's and freedesktop's D-Bus each have one. */
export interface Desktop {
  readonly page: PageView;
  readonly autostart: DesktopChoice;
  /** Whether `xmpp:` links are opened here. */
  readonly links: DesktopChoice;
  /** True where notifications read markup. */
  readonly markup: boolean;
  show(picture: TrayPicture, act: (action: TrayAction) => void): void;
  /** Whether a notification would be shown at all. */
  canNotify(): boolean;
  /** Shows it in the place of an older one of the same key. */
  notify(notice: Notice, answers: NoticeAnswers): void;
  /** Opens a file of this computer with the person's program for it. */
  openFile(path: string): Promise<void>;
  /** Tells the person what went wrong. */
  tell(sentence: string): void;
  quit(): void;
}

/** Whether the desktop has a place for tray icons, now and from now on. */
export type WatchTrayHost = (changed: (there: boolean) => void, signal: AbortSignal) => void;
