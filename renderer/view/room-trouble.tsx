import { useState } from 'react';
import { api, sentenceOf, type Room } from '../api/client.ts';
import type { Health } from '../state/health.ts';
import { dialog } from '../state/page.ts';
import { en } from '../strings/en.ts';
import { HealthDot } from './health.tsx';

/** Why we are not in the room, and the one thing to do about it. */
export function RoomTrouble({ room, health }: { room: Room; health: Health }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();

  const joinAgain = (): void => {
    if (room.state === 'password-needed') {
      dialog.set({ name: 'join', room: room.room });
      return;
    }
    setBusy(true);
    setError(undefined);
    api.join
      .mutate({ account: room.account, room: room.room })
      .catch((reason: unknown) => setError(sentenceOf(reason)))
      .finally(() => setBusy(false));
  };
  return (
    <div className={`notice notice-${health}`} role="status">
      <HealthDot health={health} />
      <span>
        <bdi>{room.reason ?? en.health[health]}</bdi>
        {error !== undefined && error !== room.reason && <span className="notice-error"> {error}</span>}
      </span>
      <button type="button" className="button button-small" disabled={busy} onClick={joinAgain}>
        {busy ? en.join.going : en.room.joinAgain}
      </button>
    </div>
  );
}
