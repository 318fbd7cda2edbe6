/* oxlint-disable */ // plain JavaScript, for a runtime that lacks it
// What Electron 25 (Node 18, Chrome 114) lacks of the JavaScript of today; for the lab alone.
Promise.withResolvers ??= function withResolvers() {
  let resolve, reject;
  const promise = new Promise((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
};
URL.parse ??= (text, base) => {
  try {
    return new URL(text, base);
  } catch {
    return null; // no address
  }
};
ReadableStream.prototype[Symbol.asyncIterator] ??= async function* iterate() {
  const reader = this.getReader();
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) yield value;
  } finally {
    reader.releaseLock();
  }
};
Map.groupBy ??= (items, keyOf) => {
  const groups = new Map();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
};
RegExp.escape ??= (text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
if (!globalThis.Iterator) {
  const iterator = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  const helpers = {
    *map(change) { for (const one of this) yield change(one); },
    *filter(fits) { for (const one of this) if (fits(one)) yield one; },
    *flatMap(change) { for (const one of this) yield* change(one); },
    *take(most) { for (const one of this) { if (most-- <= 0) return; yield one; } },
    toArray() { return [...this]; },
    some(fits) { return [...this].some(fits); },
    every(fits) { return [...this].every(fits); },
    find(fits) { return [...this].find(fits); },
    reduce(join, first) { return [...this].reduce(join, first); },
    forEach(work) { [...this].forEach(work); },
  };
  for (const [name, value] of Object.entries(helpers)) Object.defineProperty(iterator, name, { value, configurable: true, writable: true });
}
