/**
 * Lets work go on that nobody waits for. What fails there has told the person already, or the banner does (a daemon
 * that is away); what neither has foreseen is in the browser's console, by name.
 */
export function inBackground(what: string, work: Promise<unknown>): void {
  work.catch((error: unknown) => console.error(`${what} failed`, error));
}
