import { api, type ApiOccupant, type ApiRoom } from '../../api/client.ts';
import { inBackground } from '../../state/background.ts';
import { dialog } from '../../state/page.ts';
import { strings } from '../../strings/strings.ts';
import { visibleNick } from '../../text/visible.ts';
import { FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';

type Change = ApiOccupant['allowed'][number];

/** What its own opposite does not undo: it is asked for twice. */
const ASKED: readonly Change[] = ['kick', 'ban', 'make-owner'];

/** What the room allows about one of its people, and nothing else. */
export default function PersonTools({ room, occupant }: { room: ApiRoom; occupant: ApiOccupant }) {
  const { busy, error, run } = useCall();
  const { privileges } = strings;
  const { nick, affiliation } = occupant;
  const words = (wish: Change): string => (wish === 'end-affiliation' ? privileges.end(strings.affiliations[affiliation]) : privileges.changes[wish]);
  const change = (wish: Change): Promise<unknown> => api.changePrivileges.mutate({ account: room.account, room: room.room, nick, change: wish });
  const choose = (wish: Change): void => {
    if (ASKED.includes(wish)) dialog.set({ name: 'ask', question: privileges.ask(wish, visibleNick(nick, '?')), go: words(wish), act: () => change(wish) });
    else inBackground('changing what somebody is in a room', run(() => change(wish)));
  };
  return (
    <div className="person-tools" role="group" aria-label={privileges.title}>
      {occupant.allowed.map((wish) => (
        <button key={wish} type="button" className={`button button-small ${wish === 'ban' || wish === 'kick' ? 'button-danger' : ''}`} disabled={busy} onClick={() => choose(wish)}>
          {words(wish)}
        </button>
      ))}
      <FormError error={error} />
    </div>
  );
}
