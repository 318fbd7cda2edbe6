// Makes of bare Debians what `docker build` makes of the Dockerfile, step by step, and starts it as `docker run` does: there is a
// way to try the Dockerfile where there is no Docker. What the base image has beside Debian (Node 24 in /usr/local, a user
// `node`) is put there from npm; layers, volumes and ports are left out.
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { isIgnored, readCommand, readCopy, readDockerfile, readVariables, type Stage } from './dockerfile.ts';
import { projectOf, type Ended, type Roots } from './root.ts';

/** How the image starts, as far as its steps have said. */
interface Image {
  readonly folder: string;
  workdir: string;
  user: string;
  variables: readonly (readonly [string, string])[];
  entrypoint: readonly string[];
  command: readonly string[];
  health: readonly string[];
}

/** `node:24-bookworm-slim` out of a bare Debian with npm; its Node is too old for a newer npm, so Node comes first. */
const BASE = [
  `npm install --global --prefix /usr/local --no-audit --no-fund node-linux-${process.arch}@24`,
  `ln -sf /usr/local/lib/node_modules/node-linux-${process.arch}/bin/node /usr/local/bin/node`,
  'npm install --global --prefix /usr/local --no-audit --no-fund npm@11',
  'useradd --create-home node',
].join(' && ');

/** Until it answers; and it ends by itself when it is told to, with 0. */
const start = (image: Image): string => `${words([...image.entrypoint, ...image.command])} & daemon=$!
tries=0
until ${words(image.health)}; do
  tries=$((tries + 1))
  [ $tries -lt 30 ] || exit 1
  sleep 1
done
kill -TERM $daemon
wait $daemon`;

/** Builds and starts the image in copies of the bare root; ends with the first step that fails. */
export async function tryImage(roots: Roots, tree: string): Promise<Ended> {
  const images = new Map<string, Image>();
  const output: string[] = [];
  const context = await roots.copy('image-context', tree);
  const project = join(context, projectOf('root'));
  try {
    for (const [n, stage] of readDockerfile(readFileSync(join(project, 'Dockerfile'), 'utf8')).entries()) {
      const made = await make(stage, n);
      if (!made.good) return told(made);
    }
    const last = [...images.values()].at(-1);
    if (last === undefined) throw new Error('The Dockerfile makes no image.');
    output.push(words([...last.entrypoint, ...last.command]));
    return told(await roots.run(last.folder, { run: asUser(last, start(last)), minutes: 3 }));
  } catch (error) {
    return told({ good: false, why: error instanceof Error ? error.message : String(error), output: '' });
  } finally {
    for (const folder of [context, ...[...images.values()].map((image) => image.folder)]) roots.remove(folder);
  }

  function told(ended: Ended): Ended {
    return { ...ended, output: `${output.join('\n')}\n${ended.output}` };
  }

  async function make({ from, name, steps }: Stage, n: number): Promise<Ended> {
    if (!from.startsWith('node:24-')) throw new Error(`The Dockerfile begins with ${from}, for which there is no stand-in.`);
    const folder = await roots.copy(`image-${n}`, tree);
    const image: Image = { folder, workdir: '/', user: 'root', variables: [], entrypoint: [], command: [], health: [] };
    images.set(name ?? String(n), image);
    let ended = await roots.run(folder, { run: `rm -rf ${projectOf('root')} && ${BASE}`, folder: '/', minutes: 10 });
    for (const { word, rest } of steps) {
      if (!ended.good) return ended;
      output.push(`${word} ${rest}`);
      if (word === 'RUN') ended = await roots.run(folder, { run: asUser(image, rest), minutes: 15 });
      else configure(image, word, rest);
    }
    return ended;
  }

  function configure(image: Image, word: string, rest: string): void {
    if (word === 'COPY') copy(image, rest);
    if (word === 'WORKDIR') mkdirSync(join(image.folder, (image.workdir = rest)), { recursive: true });
    if (word === 'USER') image.user = rest;
    if (word === 'ENV') image.variables = [...image.variables, ...readVariables(rest)];
    if (word === 'ENTRYPOINT') image.entrypoint = readCommand(rest);
    if (word === 'CMD') image.command = readCommand(rest);
    if (word === 'HEALTHCHECK') image.health = readCommand(rest);
  }

  function copy({ folder, workdir }: Image, rest: string): void {
    const { from, sources, target } = readCopy(rest);
    const origin = from === undefined ? project : images.get(from)?.folder;
    if (origin === undefined) throw new Error(`The Dockerfile copies from ${from}, which is no stage.`);
    const ignored = readFileSync(join(project, '.dockerignore'), 'utf8');
    for (const source of sources) {
      const path = join(origin, source);
      const into = target.endsWith('/') && !statSync(path).isDirectory() ? join(target, basename(source)) : target;
      const filter = (each: string): boolean => from !== undefined || !isIgnored(relative(project, each), ignored);
      cpSync(path, into.startsWith('/') ? join(folder, into) : join(folder, workdir, into), { recursive: true, filter });
    }
  }
}

/** A line of sh as the image's user, in its folder, with its variables. */
function asUser({ user, variables, workdir }: Image, line: string): string {
  const home = user === 'root' ? '/root' : `/home/${user}`;
  const person = user === 'root' ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups'];
  return words([...person, 'env', `HOME=${home}`, ...variables.map(([key, value]) => `${key}=${value}`), 'sh', '-c', `cd ${workdir} && ${line}`]);
}

/** Words as sh reads them. */
function words(all: readonly string[]): string {
  return all.map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
}
