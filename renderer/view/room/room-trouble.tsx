import { useState } from 'react';
import { api, type ApiRoom } from '../../api/client.ts';
import type { Health } from '../../state/health.ts';
import { dialog } from '../../state/page.ts';
import { go } from '../../state/route.ts';
import { strings } from '../../strings/strings.ts';
import { whyOf } from '../../text/why.ts';
import { HealthDot } from '../overview/health.tsx';
import { useCall, type Call } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** Why we are not in the room, or may not be, and the one thing to do about it. */
export function RoomTrouble({ room, health }: { room: ApiRoom; health: Health }) {
  const call = useCall();
  return (
    <div className={`notice notice-${health}`} role="status">
      <HealthDot health={health} />
      <span>
        <bdi>{whyOf(room)}</bdi>
        {call.error !== undefined && call.error !== room.reason && <span className="notice-error"> {call.error}</span>}
      </span>
      {health !== 'unsure' && <Remedy room={room} call={call} />}
    </div>
  );
}

/** By state: a password or a nick is asked for, the named venue is followed, anything else is tried again. */
function Remedy({ room, call }: { room: ApiRoom; call: Call }) {
  const name = { account: room.account, room: room.room };
  const ask = (words: string) => (
    <button type="button" className="button button-small" onClick={() => dialog.set({ name: 'join', ...name })}>
      {words}
    </button>
  );
  if (room.state === 'password-needed') return ask(strings.trouble.password);
  const follow = async (): Promise<void> => {
    const joined = await api.follow.mutate(name);
    go({ view: 'room', account: joined.account, room: joined.room });
  };
  return (
    <span className="notice-tools">
      {room.venue !== undefined && (
        <button type="button" className="button button-small" disabled={call.busy} onClick={() => inBackground('following a room', call.run(follow))}>
          <bdi>{strings.trouble.follow(room.venue)}</bdi>
        </button>
      )}
      {room.state === 'nick-conflict' && ask(strings.trouble.otherNick)}
      {(room.state === 'registration-needed' || room.state === 'members-only') && (
        <button type="button" className="button button-small" onClick={() => dialog.set({ name: 'register', ...name })}>
          {strings.register.title}
        </button>
      )}
      <button type="button" className="button button-small" disabled={call.busy} onClick={() => inBackground('joining a room', call.run(() => api.join.mutate(name)))}>
        {call.busy ? strings.join.going : strings.room.joinAgain}
      </button>
    </span>
  );
}

/** In a moderated room, without a voice. */
export function Voiceless({ room }: { room: ApiRoom }) {
  const { busy, error, run } = useCall();
  const [asked, setAsked] = useState(false);
  const ask = async (): Promise<void> => {
    if (await run(() => api.requestVoice.mutate({ account: room.account, room: room.room }))) setAsked(true);
  };
  return (
    <div className="notice notice-waiting" role="status">
      <span>
        {asked ? strings.trouble.asked : strings.trouble.voiceless}
        {error !== undefined && <span className="notice-error"> {error}</span>}
      </span>
      {!asked && (
        <button type="button" className="button button-small" disabled={busy} onClick={() => inBackground('asking to speak', ask())}>
          {strings.trouble.askVoice}
        </button>
      )}
    </div>
  );
}
