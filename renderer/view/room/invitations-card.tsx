import { useMemo } from 'react';
import { api, type ApiInvitation } from '../../api/client.ts';
import { daemon } from '../../state/page.ts';
import { go } from '../../state/route.ts';
import { useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { momentOf } from '../../text/time.ts';
import { visibleNick, visibleText } from '../../text/visible.ts';
import { FormError } from '../controls/field.tsx';
import { useCall } from '../controls/use-call.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { inBackground } from '../../state/background.ts';

/** Who asks the person into which room; nothing is joined by itself. */
export function InvitationsCard() {
  const byAccount = useStore(daemon, (state) => state.invitations);
  const invitations = useMemo(() => [...byAccount.values()].flat(), [byAccount]);
  if (invitations.length === 0) return null;
  return (
    <section className="card" aria-label={strings.invitations.title}>
      <h2>{strings.invitations.title}</h2>
      <ul className="card-list">
        {invitations.map((invitation) => (
          <InvitationItem key={`${invitation.account} ${invitation.room}`} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function InvitationItem({ invitation }: { invitation: ApiInvitation }) {
  const { account, room, by, reason, mediated, at } = invitation;
  const { busy, error, run } = useCall();
  const now = new Date(useNow(MINUTE));
  const accept = async (): Promise<void> => {
    if (await run(() => api.invitations.accept.mutate({ account, room }))) go({ view: 'room', account, room });
  };
  return (
    <li className="device">
      <span className="device-text">
        <bdi className="card-name">{room}</bdi>
        <span className="card-note">
          {by !== null && <bdi>{strings.invitations.by(visibleNick(by, strings.unknownNick))}, </bdi>}
          {momentOf(new Date(at), now)}
        </span>
        {reason !== null && <bdi className="card-note">{visibleText(reason)}</bdi>}
        <FormError error={error} />
      </span>
      <span className="card-foot">
        <button type="button" className="button button-small" disabled={busy} onClick={() => inBackground('accepting an invitation', accept())}>
          {strings.invitations.accept}
        </button>
        <button
          type="button"
          className="button button-small"
          disabled={busy}
          onClick={() => inBackground('declining an invitation', run(() => api.invitations.decline.mutate({ account, room })))}
        >
          {mediated ? strings.invitations.decline : strings.invitations.dismiss}
        </button>
      </span>
    </li>
  );
}
