import { createStore, type Store } from './store.ts';

/** A choice between two that this browser keeps. */
export interface KeptSwitch {
  readonly store: Store<boolean>;
  choose(on: boolean): void;
}

/** On until the person has switched it off. */
export function createSwitch(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined, key: string): KeptSwitch {
  const store = createStore(storage?.getItem(key) !== 'off');
  return {
    store,
    choose(on) {
      store.set(on);
      try {
        storage?.setItem(key, on ? 'on' : 'off');
      } catch {
        // The browser's storage is full or off: the choice then lasts as long as the page.
      }
    },
  };
}
