// XEP-0492 0.2: Chat Notification Settings, in a bookmark's extensions
import type { Element } from '../../xml.ts';
import { parseElement, xml } from '../../xml.ts';
import { canonical, foreignAttributes } from './bookmarks-xml.ts';

const NS_NOTIFY = 'urn:xmpp:notification-settings:1';

const notifyLevels = ['always', 'on-mention', 'never'] as const;
export type NotifyLevel = (typeof notifyLevels)[number];

/** XEP-0030 identity of the software that asks, such as `client` and `phone`. */
export interface NotifyIdentity {
  readonly category: string;
  readonly type: string | undefined;
}

/** What the room is set to for all clients, as a person sets it here. */
const anyClient: NotifyIdentity = { category: 'client', type: undefined };

/** 3: the setting most specific to the identity: its type, its category, the fallback. `undefined` where nothing is set. */
export function readNotify(extensions: readonly string[], { category, type }: NotifyIdentity = anyClient): NotifyLevel | undefined {
  const element = notifyIn(extensions);
  const settings = element ? settingsOf(element).filter((one) => isLevel(one.getName())) : [];
  const of = (wanted: string | undefined, kind: string | undefined): Element | undefined =>
    settings.find(({ attrs }) => attrs['identity-category'] === wanted && attrs['identity-type'] === kind);
  const found = (type === undefined ? undefined : of(category, type)) ?? of(category, undefined) ?? of(undefined, undefined);
  return notifyLevels.find((level) => level === found?.getName());
}

/**
 * The extensions with that level, or with none. Settings for other identities stay, and so does `<advanced/>`, which must
 * not be lost (XEP-0492 3).
 */
export function withNotify(extensions: readonly string[], level: NotifyLevel | undefined): readonly string[] {
  const old = notifyIn(extensions);
  const notify = xml('notify', { xmlns: NS_NOTIFY });
  const settings = old ? settingsOf(old) : [];
  const kept = settings.flatMap((child) => {
    const ours = isFallback(child) || isClient(child);
    if (!ours || (level === undefined && child.getChild('advanced'))) return [canonical(child)];
    return level === undefined ? [] : [canonical(atLevel(child, level))];
  });
  for (const text of new Set(kept)) notify.append(parseElement(text)); // 3: none twice
  if (level !== undefined && !settings.some(isFallback)) notify.append(xml(level));
  const others = extensions.filter((text) => !isNotify(text));
  return notify.children.length === 0 ? others : [...others, canonical(notify)];
}

function atLevel(setting: Element, level: NotifyLevel): Element {
  const advanced = setting.getChildren('advanced').map((child) => parseElement(canonical(child)));
  return xml(level, foreignAttributes(setting, []), ...advanced);
}

function isLevel(name: string): boolean {
  return notifyLevels.some((level) => level === name);
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
