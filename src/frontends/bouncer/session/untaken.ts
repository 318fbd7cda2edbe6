import { isDiskFault } from '../../../archive/schema/disk-fault.ts';
import { sentenceOf, type Fault } from '../../../core/errors.ts';

/** What a device is told where its stanza could not be taken, `code` being the error's condition: a full disk, or a fault of ours. */
export function untakenFault(error: unknown): Fault {
  if (isDiskFault(error)) return { code: 'resource-constraint', message: sentenceOf(error) };
  return { code: 'internal-server-error', message: 'Minimix failed; its log says why.' };
}
