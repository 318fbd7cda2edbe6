import type { PresencePace } from '../core/presence.ts';
import { openBookmarks } from './bookmarks/bookmarks.ts';
import { openBookmarkState } from './bookmarks/state.ts';
import type { Clock } from './clock.ts';
import type { AccountContext } from './context.ts';
import { openDeviceList } from './devices/device-list.ts';
import { openDevices } from './devices/devices.ts';
import { openOwnPresences } from './devices/own-presences.ts';
import { openProvidedDevices } from './devices/provided-devices.ts';
import { openPushPause, openRelayPause } from './devices/relay-pause.ts';
import { openCatchUps } from './history/catch-up.ts';
import { openHeldByServer } from './history/held-by-server.ts';
import { openReadMarkers } from './history/read-markers.ts';
import { openReorderAfterResume } from './history/reorder-after-resume.ts';
import { endSilentEntries } from './rooms/entry-end.ts';
import { openInvitations } from './rooms/invitations.ts';
import { openMemberships, type JoinTimes } from './rooms/membership.ts';
import { openNicks } from './rooms/nicks.ts';
import { openRegistrations } from './rooms/registration.ts';
import { startSelfPing, type SelfPingTimes } from './rooms/self-ping.ts';
import { openSharedOccupancy } from './rooms/shared-occupancy.ts';
import { openPrivileges } from './rooms/privileges.ts';
import { openRoomVerbs } from './rooms/verbs.ts';
import { withWishes } from './rooms/wish-verbs.ts';
import { openRoomWishes } from './rooms/wishes.ts';
import { openDeviceMessages } from './sending/device-messages.ts';
import { openOutbox } from './sending/outbox.ts';
import { openPresence } from './sending/presence.ts';
import { openSaidByDevices } from './sending/said-by-devices.ts';
import { openIqResponder } from './server/iq-responder.ts';
import type { AccountSettings } from './settings.ts';

const DAY = 86_400_000;

/** How patient the parts are; tests are less so. */
export type AccountTimes = Partial<SelfPingTimes & JoinTimes & {
  readonly sweep: number;
  readonly calm: number;
  readonly archiveSilence: number;
  readonly archivePages: number;
  readonly read: number;
  readonly look: number;
  readonly removals: number;
  readonly presence: Partial<PresencePace>;
}>;

interface PartsOptions {
  /** All but what presence says of the person, which is a part itself. */
  readonly context: Omit<AccountContext, 'roomPresence'>;
  readonly settings: Pick<AccountSettings, 'historyDays' | 'joinInvited'>;
  readonly times: AccountTimes;
  readonly clock: Clock | undefined;
  readonly streamId: () => string | undefined;
}

export type AccountParts = ReturnType<typeof openParts>;

/** The parts of one account, each behind those that it uses. What a part does that an earlier one acts on is an event. */
export function openParts({ context: base, settings, times, clock, streamId }: PartsOptions) {
  const presence = openPresence(base, times.presence, clock);
  const context: AccountContext = { ...base, roomPresence: presence.elements };
  const iqResponder = openIqResponder(context);
  const nicks = openNicks(context);
  const bookmarkState = openBookmarkState(context);
  const historyWindow = settings.historyDays && settings.historyDays * DAY;
  const wishes = openRoomWishes(context);
  const providedDevices = openProvidedDevices(context);
  const memberships = openMemberships(context, { nicks, bookmarks: bookmarkState, wishes, providedDevices }, { historyWindow, ...times });
  const selfPing = startSelfPing(context, memberships, times);
  const outbox = openOutbox(context, { streamId, prove: selfPing.one });
  endSilentEntries({ context, memberships, outbox });
  const catchUps = openCatchUps(context, outbox.caughtUp, { silence: times.archiveSilence, pages: times.archivePages });
  const heldByServer = openHeldByServer(context.jid, context.now);
  const order = openReorderAfterResume(context, catchUps.run, times.calm);

  const said = openSaidByDevices(context);
  const ownPresences = openOwnPresences(context);
  const devices = openDevices(context, { notify: bookmarkState.notify, saidBy: (originId) => said.find(originId)?.device, look: times.look });
  const deviceMessages = openDeviceMessages(context, { outbox, said, deviceOf: (resource) => devices.find(resource)?.id });

  const silentVerbs = openRoomVerbs(context, memberships);
  const occupancy = openSharedOccupancy(context, { verbs: silentVerbs, wishes, outbox, presence, providedDevices });
  const relayPause = openRelayPause(context);
  const pushPause = openPushPause(context);
  const deviceList = openDeviceList(context, { devices, providedDevices, relayPause });
  const bookmarks = openBookmarks(context, {
    state: bookmarkState,
    memberships,
    verbs: silentVerbs,
    renick: nicks.renick,
    wishes,
    removals: times.removals,
    online: deviceList.onlineSince,
  });
  const verbs = withWishes(bookmarks.telling(silentVerbs), wishes, context);
  const readMarkers = openReadMarkers(context, times.read);
  const registrations = openRegistrations(context, nicks, silentVerbs);
  const privileges = openPrivileges(context);
  const invitations = openInvitations(context, verbs, { every: times.sweep, joins: settings.joinInvited === true });
  return {
    context, presence, iqResponder, nicks, memberships, selfPing, outbox, catchUps, order, ownPresences, devices, deviceMessages, deviceList, occupancy,
    providedDevices, heldByServer, relayPause, pushPause, bookmarks, verbs, readMarkers, registrations, privileges, invitations,
  };
}
