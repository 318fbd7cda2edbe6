// Reads a Dockerfile: as much of it as ours uses (docs.docker.com, Dockerfile reference). What it does not know it refuses.
import { matchesGlob } from 'node:path';

export interface Step {
  /** `RUN`, `COPY`, … */
  readonly word: string;
  readonly rest: string;
}

export interface Stage {
  /** The image, or an earlier stage, that it begins with. */
  readonly from: string;
  readonly name: string | undefined;
  readonly steps: readonly Step[];
}

const KNOWN = ['WORKDIR', 'COPY', 'RUN', 'USER', 'ENV', 'VOLUME', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'];

/** Throws a sentence about what is not understood. */
export function readDockerfile(text: string): Stage[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line)).join('\n').replaceAll(/\\\n\s*/g, '').split('\n');
  const stages: { from: string; name: string | undefined; steps: Step[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
    const base = word === 'FROM' ? /^(\S+)(?: AS (\S+))?$/.exec(rest) : null;
    if (base) stages.push({ from: base[1] ?? '', name: base[2], steps: [] });
    else if (KNOWN.includes(word) && stages.length > 0) stages.at(-1)?.steps.push({ word, rest });
    else throw new Error(`The Dockerfile has a line that is not understood: ${line}`);
  }
  return stages;
}

export interface Copy {
  /** A stage's name; the project where there is none. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

/** Of `COPY [--from=STAGE] SOURCE… TARGET`. */
export function readCopy(rest: string): Copy {
  const [, from, paths = ''] = /^(?:--from=(\S+)\s+)?(.*)$/.exec(rest) ?? [];
  const words = paths.split(/\s+/);
  const target = words.pop() ?? '';
  if (words.length === 0 || words.some((word) => /^--|[*?[]/.test(word))) throw new Error(`The Dockerfile copies what is not understood: ${rest}`);
  return { from, sources: words, target };
}

/** Of `ENV KEY=VALUE …`, without quotes. */
export function readVariables(rest: string): [string, string][] {
  return rest.split(/\s+/).map((pair) => {
    const [, key, value] = /^(\w+)=([^"'$]*)$/.exec(pair) ?? [];
    if (key === undefined || value === undefined) throw new Error(`The Dockerfile sets what is not understood: ${pair}`);
    return [key, value];
  });
}

/** Of `["program", "argument"]`, also behind the options of HEALTHCHECK. */
export function readCommand(rest: string): string[] {
  const list: unknown = JSON.parse(rest.slice(Math.max(0, rest.indexOf('['))));
  if (!Array.isArray(list) || !list.every((each) => typeof each === 'string')) throw new Error(`The Dockerfile runs what is not understood: ${rest}`);
  return list;
}

/** Whether .dockerignore keeps a path of the project out of the image. */
export function isIgnored(path: string, dockerignore: string): boolean {
  const patterns = dockerignore.split('\n').filter((line) => line !== '');
  return patterns.some((pattern) => path === pattern || path.startsWith(`${pattern}/`) || matchesGlob(path, pattern));
}
