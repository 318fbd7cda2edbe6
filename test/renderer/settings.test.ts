import { expect, test } from 'vitest';
import { settingsDe } from '../../renderer/strings/settings-de.ts';
import { catalogue } from '../../src/config/catalogue.ts';

test('every setting is told in German too, and nothing that is no setting', () => {
  expect(Object.keys(settingsDe).toSorted()).toEqual(catalogue.map(({ key }) => key).toSorted());
});
