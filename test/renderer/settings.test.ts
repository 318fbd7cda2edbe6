import { expect, test } from 'vitest';
import { described } from '../../renderer/strings/de/settings.ts';
import { catalogue } from '../../src/config/settings-list.ts';

test('every setting is told in German too, and nothing that is no setting', () => {
  expect(Object.keys(described).toSorted()).toEqual(catalogue.map(({ key }) => key).toSorted());
});
