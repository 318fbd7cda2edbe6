// XEP-0492 0.2: Chat Notification Settings, in a bookmark's extensions
import type { Element } from '../xml.ts';
import { parseElement, xml } from '../xml.ts';
import { canonical, foreignAttributes } from './bookmarks-xml.ts';

export const NS_NOTIFY = 'urn:xmpp:notification-settings:1';

export const notifyLevels = ['always', 'on-mention', 'never'] as const;
export type NotifyLevel = (typeof notifyLevels)[number];

/** 3: what a client of any kind does; the one for no kind in particular counts for us. `undefined` where nothing is set. */
export function readNotify(extensions: readonly string[]): NotifyLevel | undefined {
  const element = notifyIn(extensions);
  const own = element && settingsOf(element).filter((child) => isFallback(child) || isClient(child));
  const found = own?.find((child) => isClient(child)) ?? own?.find((child) => isFallback(child));
  return notifyLevels.find((level) => level === found?.getName());
}

/**
 * The extensions with that level. Settings for other identities stay, and so does `<advanced/>`, which must not be lost
 * (XEP-0492 3).
 */
export function withNotify(extensions: readonly string[], level: NotifyLevel): readonly string[] {
  const old = notifyIn(extensions);
  const notify = xml('notify', { xmlns: NS_NOTIFY });
  const settings = old ? settingsOf(old) : [];
  for (const child of settings) notify.append(isFallback(child) || isClient(child) ? atLevel(child, level) : parseElement(canonical(child)));
  if (!settings.some(isFallback)) notify.append(xml(level));
  const others = extensions.filter((text) => !isNotify(text));
  return [...others, canonical(notify)];
}

function atLevel(setting: Element, level: NotifyLevel): Element {
  const advanced = setting.getChildren('advanced').map((child) => parseElement(canonical(child)));
  return xml(level, foreignAttributes(setting, []), ...advanced);
}

function isNotify(text: string): boolean {
  return text.startsWith('<notify') && text.includes(NS_NOTIFY) && parseElement(text).is('notify', NS_NOTIFY);
}

function notifyIn(extensions: readonly string[]): Element | undefined {
  const text = extensions.find(isNotify);
  return text === undefined ? undefined : parseElement(text);
}

function settingsOf(element: Element): Element[] {
  return element.children.filter((child): child is Element => typeof child !== 'string').slice(0, 50);
}

function isFallback({ attrs }: Element): boolean {
  return attrs['identity-category'] === undefined && attrs['identity-type'] === undefined;
}

/** Ours is `client`, of no type that a person would choose for. */
function isClient({ attrs }: Element): boolean {
  return attrs['identity-category'] === 'client' && attrs['identity-type'] === undefined;
}
