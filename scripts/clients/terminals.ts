// What the drivers of terminal programs share.
import type { Terminal } from '../../test/frontends/bouncer/programs.ts';
import { until } from '../../test/support/until.ts';

/** Milliseconds for a goodbye. */
const FAREWELL = 15_000;

/** Types the command that ends the program, and waits until its terminal has ended with it; one that does not end so is killed. */
export async function quitBy(terminal: Terminal, command: string): Promise<void> {
  const ended = (): Promise<boolean> => terminal.screen().then(() => false, () => true);
  if (!await ended()) {
    await terminal.secret(command); // `type` would wait for its echo, which the end may overtake
    await until(ended, { deadline: FAREWELL }).catch(() => undefined);
  }
  await terminal.close();
}
