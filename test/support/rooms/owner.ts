// XEP-0045 8 and 9: what an owner sets of an occupant's role or of somebody's affiliation.
import { createElement as xml } from 'ltx';
import type { Person } from '../clients/person.ts';

export async function administer(owner: Person, room: string, item: Record<string, string>, reason?: string): Promise<void> {
  const children = reason === undefined ? [] : [xml('reason', {}, reason)];
  const query = xml('query', { xmlns: 'http://jabber.org/protocol/muc#admin' }, xml('item', item, ...children));
  await owner.iq(xml('iq', { type: 'set', to: room }, query));
}
