// What the daemon's memory is made of: by what the kernel has mapped for it, and by what V8 says of its main isolate.
import { existsSync, readFileSync } from 'node:fs';
import { getHeapSpaceStatistics } from 'node:v8';

const SMAPS = '/proc/self/smaps';
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+) *(.*)$/;
const V8_PAGE = 256 * 1024; // bytes; each lies on a multiple of it
const ARENA = 64 * 1024 * 1024; // bytes; malloc's, for all threads but the first, lie on multiples of it

/** Bytes in memory, by kind. */
export type Kinds = Readonly<Record<string, number>>;

/**
 * The mappings: of files, of malloc, of V8 (of all isolates, with what was freed and not given back), of machine code
 * made at run time, and the rest (stacks, large buffers). The spaces: of the main isolate alone, as taken and as in use.
 */
export function kindsNow(): Kinds {
  const { arrayBuffers } = process.memoryUsage();
  const kinds: Record<string, number> = { ...mapped(existsSync(SMAPS) ? readFileSync(SMAPS, 'utf8') : ''), buffers: arrayBuffers };
  for (const { space_name: name, physical_space_size: taken, space_used_size: used } of getHeapSpaceStatistics()) {
    kinds[`${name} as taken`] = taken;
    kinds[`${name} in use`] = used;
  }
  return kinds;
}

/** Resident bytes of `/proc/PID/smaps`, by kind. */
export function mapped(smaps: string): Record<string, number> {
  const kinds: Record<string, number> = { files: 0, malloc: 0, 'V8 pages': 0, code: 0, other: 0 };
  let kind = 'other';
  for (const line of smaps.split('\n')) {
    const mapping = MAPPING.exec(line);
    if (mapping) kind = kindOf(mapping);
    else if (line.startsWith('Rss:')) kinds[kind] = (kinds[kind] ?? 0) + Number.parseInt(line.slice('Rss:'.length), 10) * 1024;
  }
  return kinds;
}

function kindOf([, from = '', to = '', may = '', inode, name]: RegExpExecArray): string {
  const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
  if (inode !== '0') return 'files';
  if (name === '[heap]' || start % ARENA === 0) return 'malloc';
  if (may.includes('x')) return 'code';
  return start % V8_PAGE === 0 && end % V8_PAGE === 0 && name === '' ? 'V8 pages' : 'other';
}
