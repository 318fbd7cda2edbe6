// The page asks for everything, and is told of changes meanwhile: an answer that is older than these takes nothing back.
import { expect, test } from 'vitest';
import type { Api, Heard, ApiRoom } from '../../renderer/api/client.ts';
import { emptyDaemonState, heard, type DaemonState } from '../../renderer/state/daemon-state.ts';
import { createStore } from '../../renderer/state/store.ts';
import { watch } from '../../renderer/state/watch.ts';

interface Handlers {
  onStarted(): void;
  onData(event: { readonly id: string; readonly data: Heard }): void;
}

const room = (name: string, state: string) => ({ account: 'romeo@capulet.example', room: `${name}@rooms.example`, state }) as unknown as ApiRoom;

test('what is told while the page asks for everything stands against the answer', async () => {
  const answer = Promise.withResolvers<ApiRoom[]>();
  const following = Promise.withResolvers<Handlers>();
  const api = {
    status: { query: async () => ({ accounts: [] }) },
    devices: { query: async () => [] },
    rooms: { query: () => answer.promise },
    events: {
      subscribe: (_last: unknown, handlers: Handlers) => {
        following.resolve(handlers);
        return { unsubscribe: () => undefined };
      },
    },
  } as unknown as Api;
  const daemon = createStore<DaemonState>(emptyDaemonState);
  const loaded = new Promise<void>((resolve) => { daemon.subscribe(() => { if (daemon.get().loaded) resolve(); }); });
  const stop = watch(api, daemon, { hear: (event) => daemon.set(heard(daemon.get(), event)), cursor: () => undefined });
  const { onStarted, onData } = await following.promise;
  onStarted();
  onData({ id: '1', data: { type: 'room', room: room('orchard', 'out') } as unknown as Heard });
  onData({ id: '2', data: { type: 'room', room: room('balcony', 'joined') } as unknown as Heard });
  answer.resolve([room('orchard', 'joining'), room('crypt', 'joined')]);
  await loaded;
  stop();
  const states = [...daemon.get().rooms.values()].map(({ room: jid, state }) => `${jid.split('@')[0]} ${state}`);
  expect(states.toSorted()).toEqual(['balcony joined', 'crypt joined', 'orchard out']);
});
