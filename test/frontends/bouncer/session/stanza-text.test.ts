import { describe, expect, test } from 'vitest';
import { addressable, withChild, withoutAttribute } from '../../../../src/frontends/bouncer/session/stanza-text.ts';
import { parseElement } from '../../../../src/xmpp/xml.ts';

describe('a stanza gets another address', () => {
  test.each([
    ['where it has one', `<message from='r@x/n' to='a@b/c' id='1'><body>to='x'</body></message>`],
    ['where it has none', `<message from='r@x/n' id='1'><body>to='x'</body></message>`],
    ['in double quotes', `<message to="a@b/c"\n from="r@x/n" id="1"><body>to='x'</body></message>`],
    ['where a value looks like an address', `<message from='r@x/ to="evil" >' id="1" to='a@b/c'><body>to='x'</body></message>`],
    ['where a name ends like it', `<message x:to='n' xmlns:x='u' from='r@x/n' to='a@b' id='1'><body>to='x'</body></message>`],
    ['where it has no children', `<message from='r@x/n' to='a@b/c' id='1'/>`],
  ])('%s', (_what, raw) => {
    const before = parseElement(raw);
    const after = parseElement(addressable(raw).to(`dev@ice/it's "me" & <you>`));
    expect(after.attrs['to']).toBe(`dev@ice/it's "me" & <you>`);
    expect({ ...after.attrs, to: undefined }).toEqual({ ...before.attrs, to: undefined });
    expect(after.getChildText('body')).toBe(before.getChildText('body'));
  });
});

test('an attribute is taken out of the root alone', () => {
  const raw = `<message from='a@b' to='c@d'><body from='kept'/></message>`;
  expect(withoutAttribute(raw, 'from')).toBe(`<message to='c@d'><body from='kept'/></message>`);
  expect(withoutAttribute(`<message to='from="x"'/>`, 'from')).toBe(`<message to='from="x"'/>`);
});

test.each([
  [`<message><body>x</body></message>`, `<message><body>x</body><y/></message>`],
  [`<message a='/>'/>`, `<message a='/>'><y/></message>`],
])('a child is added last to %s', (raw, expected) => {
  expect(withChild(raw, '<y/>')).toBe(expected);
});
