import type { z } from 'zod';

/** What `setValue` keeps as JSON, checked; the fallback where nothing is kept. Throws where it is not what was written. */
export function stored<T>(shape: z.ZodType<T>, text: string | undefined, fallback: T): T {
  return text === undefined ? fallback : shape.parse(JSON.parse(text));
}

/** A field that JSON leaves out where it is undefined: the type has it nevertheless, unlike with `optional()`. */
export function leftOut<T>(shape: z.ZodType<T>) {
  return shape.optional().transform((value) => value);
}
