import { transactionBy } from '../../../src/archive/archive.ts';
import type { Archive } from '../../../src/archive/contract.ts';

/** From now on no transaction of this archive begins where `refusal` gives a reason. */
export function refuseWrites(archive: Archive, refusal: () => Error | undefined): void {
  const open = archive.begin;
  const begin: Archive['begin'] = () => {
    const why = refusal();
    if (why) throw why;
    return open();
  };
  Object.assign(archive, { begin, transaction: transactionBy(begin) });
}
