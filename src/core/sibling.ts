/**
 * Where a program lies that is started by its file, such as a worker: beside its caller, as TypeScript in the sources and as
 * JavaScript in what was bundled. `here` is the caller's `import.meta.url`, `name` has no ending.
 */
export function siblingProgram(here: string, name: string): URL {
  return new URL(`./${name}${here.endsWith('.ts') ? '.ts' : '.js'}`, here);
}
