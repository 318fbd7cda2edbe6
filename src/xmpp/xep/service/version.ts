// XEP-0092: Software Version
import type { Element } from '../../xml.ts';
import { xml } from '../../xml.ts';

export const NS_VERSION = 'jabber:iq:version';

export function versionAnswer(name: string, version: string): Element {
  return xml('query', { xmlns: NS_VERSION }, xml('name', {}, name), xml('version', {}, version));
}
