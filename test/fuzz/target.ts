import type fc from 'fast-check';

/** One kind of what comes from outside. */
export interface FuzzTarget {
  readonly name: string;
  /** What must hold, over inputs that fast-check makes; `close` gives back what it stands on. */
  open(): Promise<{ property: fc.IRawProperty<unknown>; close(): void | Promise<void> }>;
  /** How many inputs one look is, of a hundred: less than all where each goes over sockets. */
  readonly share?: number;
}

/** A target that stands on nothing. */
export function pure(name: string, property: () => unknown): FuzzTarget {
  // `as`: fast-check types a property by its inputs, which differ by target.
  return { name, open: async () => ({ property: property() as fc.IRawProperty<unknown>, close: () => undefined }) };
}

/** Bytes in pieces of these sizes, again and again. */
export function* pieces(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
