import { useState } from 'react';
import { api, type ApiDevice, type ApiDeviceTest } from '../../api/client.ts';
import { strings } from '../../strings/strings.ts';
import { Field, FormError } from '../controls/field.tsx';
import { Switch } from '../controls/switch.tsx';
import { useCall } from '../controls/use-call.ts';
import { inBackground } from '../../state/background.ts';

/** Sends the device a relayed message; what became of it stands beside the button. */
export function TestButton({ device }: { device: ApiDevice }) {
  const { error, busy, run } = useCall();
  const [outcome, setOutcome] = useState<ApiDeviceTest['outcome']>();
  const test = (): void => {
    setOutcome(undefined);
    inBackground('changing a device', run(async () => setOutcome((await api.device.test.mutate({ account: device.account, device: device.id })).outcome)));
  };
  return (
    <div className="device-test">
      <button type="button" className="button" disabled={busy} onClick={test}>
        {busy ? strings.devices.testing : strings.devices.test}
      </button>
      <p role="status" className={outcome === 'arrived' || outcome === undefined ? 'quiet' : 'warn'}>
        {outcome && strings.devices.tested[outcome]}
      </p>
      <FormError error={error} />
    </div>
  );
}

/** What a device is told of and given afterwards: words, limits, and mentions in words. */
export function DeviceMore({ device, limit }: { device: ApiDevice; limit: NonNullable<ApiDevice['limit']> }) {
  const { error, busy, run } = useCall();
  const [words, setWords] = useState((device.words ?? []).join(', '));
  const [messages, setMessages] = useState(String(limit.messages));
  const [hours, setHours] = useState(String(limit.hours));
  const about = { account: device.account, device: device.id };
  const texts = strings.devices;
  const save = (): void => {
    const list = words.split(',').map((word) => word.trim()).filter((word) => word !== '');
    inBackground('changing a device', run(() => api.device.change.mutate({ ...about, words: list, limit: { messages: Number(messages), hours: Number(hours) } })));
  };
  return (
    <details className="more">
      <summary>{texts.more}</summary>
      <form
        className="form-inline"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field label={texts.words} hint={texts.wordsHint} value={words} onType={setWords} maxLength={2000} autoComplete="off" />
        <Field label={texts.limitMessages} hint={texts.limitHint} value={messages} onType={setMessages} type="number" min={1} max={10_000} required />
        <Field label={texts.limitHours} value={hours} onType={setHours} type="number" min={1} max={8784} required />
        <button type="submit" className="button" disabled={busy}>
          {texts.save}
        </button>
      </form>
      <Digest device={device} />
      <FormError error={error} />
    </details>
  );
}

/** The switch, and between which hours it is quiet (by the daemon's clock). */
function Digest({ device }: { device: ApiDevice }) {
  const { error, run } = useCall();
  const about = { account: device.account, device: device.id };
  const quiet = device.digest?.quiet;
  const set = (digest: 'off' | { quiet?: { from: number; to: number } }): Promise<boolean> => run(() => api.device.change.mutate({ ...about, digest }));
  const change = (side: 'from' | 'to', text: string): void => {
    const [hours = 0, minutes = 0] = text.split(':').map(Number);
    if (text !== '') inBackground('changing a device', set({ quiet: { from: quiet?.from ?? 0, to: quiet?.to ?? 0, [side]: hours * 60 + minutes } }));
  };
  return (
    <>
      <Switch label={strings.devices.digest} checked={device.digest !== undefined} onSet={(on) => set(on ? {} : 'off')} />
      {device.digest && (
        <div className="form-inline">
          <Field label={strings.devices.quietFrom} type="time" value={clockOf(quiet?.from)} onType={(text) => change('from', text)} />
          <Field label={strings.devices.quietTo} type="time" value={clockOf(quiet?.to)} onType={(text) => change('to', text)} />
        </div>
      )}
      <FormError error={error} />
    </>
  );
}

function clockOf(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
