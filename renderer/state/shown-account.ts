import { createStore, type Store } from './store.ts';

const KEY = 'minimix.account';

/** Which account's rooms are listed; `undefined` for all of them. Kept in this browser. */
export function createShown(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined): Store<string | undefined> {
  const store = createStore<string | undefined>(storage?.getItem(KEY) ?? undefined);
  store.subscribe(() => {
    const account = store.get();
    if (account === undefined) storage?.removeItem(KEY);
    else storage?.setItem(KEY, account);
  });
  return store;
}
