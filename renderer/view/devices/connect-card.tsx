import { useCallback, useEffect, useState } from 'react';
import { api, type ApiLogin, type NewLogin } from '../../api/client.ts';
import { dialog, daemon } from '../../state/page.ts';
import { createStore, useStore } from '../../state/store.ts';
import { strings } from '../../strings/strings.ts';
import { momentOf } from '../../text/time.ts';
import { AccountChoice } from '../start/account-choice.tsx';
import { Field, FormError } from '../controls/field.tsx';
import { QrCode } from './qr-code.tsx';
import { useCall } from '../controls/use-call.ts';
import { MINUTE, useNow } from '../controls/use-now.ts';
import { inBackground } from '../../state/background.ts';

type Door = Awaited<ReturnType<typeof api.bouncer.status.query>>;

const LOOK = 2000; // milliseconds between two looks whether the new device has come

/** Shown once, and so it must outlive the card: a window that is made narrow is built anew. */
const fresh = createStore<{ readonly login: NewLogin; readonly renewed: boolean } | undefined>(undefined);

/** The door for unmodified clients: open or closed, a password for each device, and who has one. */
export function ConnectCard() {
  const [door, setDoor] = useState<Door>();
  const [logins, setLogins] = useState<readonly ApiLogin[]>([]);
  const shown = useStore(fresh, (password) => password);
  const added = shown?.renewed === false ? shown.login : undefined;
  const { busy, error, run } = useCall();
  const look = useCallback((): void => {
    // The banner says when the daemon is away; what is on screen stays until it is back.
    api.bouncer.devices.query({}).then(setLogins, () => undefined);
  }, []);
  useEffect(() => {
    look();
    api.bouncer.status.query().then(setDoor, () => undefined);
  }, [look]);
  const progress = progressOf(added && logins.find(({ id }) => id === added.id));
  const works = progress === 'works';
  useEffect(() => {
    if (!added || works) return undefined;
    const timer = setInterval(look, LOOK);
    return () => clearInterval(timer);
  }, [added, works, look]);
  if (!door) return null;
  return (
    <section className="card">
      <h2>{strings.devices.connect}</h2>
      <p>{strings.devices.connectText}</p>
      <p>{door.on ? strings.devices.listening(door.host, door.port) : strings.devices.off}</p>
      {door.on && <NewDevice onAdded={(login) => fresh.set({ login, renewed: false })} onDone={look} />}
      {shown && <Credentials added={shown.login} progress={added && progress} />}
      <button
        type="button"
        className={door.on ? 'link' : 'button button-main'}
        disabled={busy}
        onClick={() => inBackground('turning device connections on or off', run(async () => setDoor(door.on ? await api.bouncer.off.mutate() : await api.bouncer.on.mutate({}))))}
      >
        {door.on ? strings.devices.turnOff : strings.devices.turnOn}
      </button>
      <FormError error={error} />
      {logins.length > 0 && <Logins logins={logins} open={door.on} onDone={look} />}
    </section>
  );
}

function NewDevice({ onAdded, onDone }: { onAdded: (added: NewLogin) => void; onDone: () => void }) {
  const accounts = useStore(daemon, (state) => state.accounts);
  const [chosen, setAccount] = useState<string>();
  const account = chosen ?? accounts[0]?.account ?? '';
  const [name, setName] = useState('');
  const { busy, error, run } = useCall();
  const add = async (): Promise<void> => {
    const done = await run(async () => onAdded(await api.bouncer.addDevice.mutate({ account, name })));
    if (!done) return;
    setName('');
    onDone();
  };
  return (
    <form
      className="form form-inline"
      onSubmit={(event) => {
        event.preventDefault();
        inBackground('adding a device', add());
      }}
    >
      <Field label={strings.devices.name} hint={strings.devices.nameHint} value={name} onType={setName} maxLength={60} autoComplete="off" />
      {accounts.length > 1 && (
        <AccountChoice accounts={accounts.map((entry) => entry.account)} value={account} onChoose={setAccount} />
      )}
      <button type="submit" className="button" disabled={busy || name.trim() === ''}>
        {strings.devices.create}
      </button>
      <FormError error={error} />
    </form>
  );
}

type Progress = 'waiting' | 'arrived' | 'works';

/** How far a new device has got: logged in, and then given or sent its first message. */
function progressOf(login: ApiLogin | undefined): Progress {
  if (login?.firstMessage !== undefined) return 'works';
  return login && (login.online || login.lastSeen !== undefined) ? 'arrived' : 'waiting';
}

/** What to type into the device, or to let it read; and how far it has got. */
function Credentials({ added, progress }: { added: NewLogin; progress: Progress | undefined }) {
  const { devices } = strings;
  const facts = [
    [devices.jid, added.jid],
    [devices.password, added.password],
    [devices.host, added.host],
    [devices.port, String(added.port)],
    [devices.directTls, String(added.directTlsPort)],
    [devices.fingerprint, added.fingerprint],
  ] as const;
  return (
    <div className="credentials">
      <p>{devices.once}</p>
      <div className="credentials-pair">
        <dl className="facts">
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </div>
          ))}
        </dl>
        <QrCode text={loginUri(added)} label={devices.qr} />
      </div>
      {progress && (
        <p role="status" className={progress === 'works' ? 'arrived' : 'quiet'}>
          <span aria-hidden="true">{progress === 'works' ? '✓ ' : ''}</span>
          {devices[progress]}
        </p>
      )}
    </div>
  );
}

/** As the command line's code has it. */
function loginUri({ jid, host, port, password }: NewLogin): string {
  const more = new URLSearchParams({ password, host, port: String(port) });
  return `xmpp:${encodeURI(jid)}?login;${more.toString().replaceAll('&', ';')}`;
}

function Logins({ logins, open, onDone }: { logins: readonly ApiLogin[]; open: boolean; onDone: () => void }) {
  const now = new Date(useNow(MINUTE));
  const revoke = ({ account, name }: ApiLogin): void =>
    dialog.set({
      name: 'ask',
      question: strings.devices.revokeAsk(name),
      go: strings.devices.revoke,
      act: async () => {
        await api.bouncer.revoke.mutate({ account, name });
        onDone();
      },
    });
  const renew = ({ account, name }: ApiLogin): void =>
    dialog.set({
      name: 'ask',
      question: strings.devices.renewAsk(name),
      go: strings.devices.renew,
      act: async () => {
        fresh.set({ login: await api.bouncer.renew.mutate({ account, name }), renewed: true });
        onDone();
      },
    });
  return (
    <>
      <h3>{strings.devices.logins}</h3>
      {logins.some((login) => login.outdated) && <p>{strings.devices.outdatedText}</p>}
      <ul className="card-list">
        {logins.map((login) => (
          <li key={login.id} className="device">
            <span className={login.online ? 'device-dot device-online' : 'device-dot'} aria-hidden="true" />
            <span className="device-text">
              <bdi className="card-name">{login.name}</bdi>
              <span className="card-note">
                {login.online ? strings.devices.online : seenWords(login, now)}
                {login.outdated && ` · ${strings.devices.outdated}`}
              </span>
            </span>
            {open && (
              <button type="button" className="button button-small" onClick={() => renew(login)} aria-label={`${strings.devices.renew}: ${login.name}`}>
                {strings.devices.renew}
              </button>
            )}
            <button type="button" className="button button-small" onClick={() => revoke(login)} aria-label={`${strings.devices.revoke}: ${login.name}`}>
              {strings.devices.revoke}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function seenWords({ lastSeen }: ApiLogin, now: Date): string {
  return lastSeen === undefined ? strings.devices.neverSeen : strings.devices.lastSeen(momentOf(new Date(lastSeen), now));
}
