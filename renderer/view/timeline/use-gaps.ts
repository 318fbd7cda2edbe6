import { api, type ApiGap } from '../../api/client.ts';
import type { RoomName } from '../../state/timelines.ts';
import { useAnswer } from '../controls/use-answer.ts';

const NONE: readonly ApiGap[] = [];

/** The holes in a room's archive; asked for again whenever `when` is another one. */
export function useGaps({ account, room }: RoomName, when: string | undefined): readonly ApiGap[] {
  const gaps = useAnswer(`${account} ${room} ${when}`, () => api.gaps.query({ account, room }));
  return gaps && gaps.length > 0 ? gaps : NONE;
}
