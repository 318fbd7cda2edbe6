import { isLockedOut, type Api, type Heard } from '../api/client.ts';
import { heard, refreshed, type DaemonState } from './daemon-state.ts';
import type { Store } from './store.ts';
import { inBackground } from './background.ts';

const GRACE = 800; // milliseconds: a shorter disconnect shows no banner
const FIRST_RETRY = 500;
const LAST_RETRY = 8000;

/**
 * Follows the daemon's events for as long as the page lives: asks everything anew after each (re)connection, tells
 * `hear` what happens, and tries again without end. Returns its stop.
 */
export function watch(
  api: Api,
  daemon: Store<DaemonState>,
  { hear, cursor }: { hear: (event: Heard, id: string) => void; cursor: () => string | undefined },
): () => void {
  let stop: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let grace: ReturnType<typeof setTimeout> | undefined;
  let delay = FIRST_RETRY;
  let stopped = false;
  /** For each time that everything is being asked: what was told meanwhile, which the answers may be older than. */
  const meanwhile = new Set<Heard[]>();

  const link = (state: DaemonState['link']): void => {
    clearTimeout(grace);
    grace = undefined;
    daemon.set({ ...daemon.get(), link: state });
  };
  const lost = (): void => {
    if (daemon.get().link === 'live') grace ??= setTimeout(() => link('away'), GRACE);
    else if (daemon.get().link === 'connecting') link('away');
  };

  async function refresh(): Promise<void> {
    const told: Heard[] = [];
    meanwhile.add(told);
    const asked = Promise.all([api.status.query(), api.rooms.query({}), api.devices.query({})]);
    const [status, rooms, devices] = await asked.finally(() => meanwhile.delete(told));
    if (stopped) return;
    daemon.set(told.reduce(heard, refreshed(daemon.get(), { accounts: status.accounts, rooms, devices })));
    delay = FIRST_RETRY;
    link('live');
  }

  function failed(error: unknown): void {
    stop?.();
    stop = undefined;
    if (stopped) return;
    if (isLockedOut(error)) link('locked');
    else lost();
    clearTimeout(timer);
    timer = setTimeout(begin, delay);
    delay = Math.min(LAST_RETRY, delay * 2);
  }

  function follow(): void {
    const last = cursor();
    const subscription = api.events.subscribe(last === undefined ? undefined : { lastEventId: last }, {
      onStarted: () => inBackground('asking the daemon for all', refresh().catch(failed)),
      onData: ({ id, data }) => {
        for (const told of meanwhile) told.push(data);
        hear(data, id);
      },
      onConnectionStateChange: ({ state, error }) => {
        if (state === 'connecting' && error) lost();
      },
      onError: failed,
      onComplete: () => failed(undefined),
    });
    stop = () => subscription.unsubscribe();
  }

  /** An event stream does not report why it was refused, so a plain call goes first. */
  function begin(): void {
    api.status.query().then(() => {
      if (!stopped && !stop) follow();
    }, failed);
  }

  begin();
  return () => {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(grace);
    stop?.();
  };
}
