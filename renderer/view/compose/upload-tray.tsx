import { useEffect, useRef } from 'react';
import { uploads } from '../../state/page.ts';
import type { Upload } from '../../state/talk/uploads.ts';
import type { RoomName } from '../../state/timelines.ts';
import { strings } from '../../strings/strings.ts';
import { sizeOf } from '../../text/size.ts';
import { shortened, visibleNick } from '../../text/visible.ts';
import { inBackground } from '../../state/background.ts';
import { CloseIcon, FileIcon } from '../controls/icons.tsx';

/** The files that are about to be sent, or on their way. */
export function UploadTray({ name, files }: { name: RoomName; files: readonly Upload[] }) {
  if (files.length === 0) return null;
  const ready = files.filter(({ state }) => state === 'ready').length;
  const sending = files.some(({ state }) => state === 'sending');
  const most = files.find((one) => one.most !== '')?.most ?? '';
  return (
    <div className="uploads" role="group" aria-label={files.length === 1 ? strings.files.about : strings.files.aboutAll}>
      <ul>
        {files.map((upload) => (
          <li key={upload.id} className={upload.problem === undefined ? 'upload' : 'upload upload-problem'}>
            <UploadCard name={name} upload={upload} />
          </li>
        ))}
      </ul>
      <div className="uploads-foot">
        <span className="file-host">{files.some(({ state }) => state !== 'refused') && strings.files.who(most)}</span>
        {ready + (sending ? 1 : 0) > 0 && (
          <button type="button" className="button button-small button-main" disabled={sending || ready === 0} onClick={() => inBackground('an upload', uploads.send(name))}>
            {sending ? strings.files.sending : ready > 1 ? strings.files.sendAll(ready) : strings.files.send}
          </button>
        )}
      </div>
    </div>
  );
}

function UploadCard({ name, upload: { id, file, state, part, problem } }: { name: RoomName; upload: Upload }) {
  const title = shortened(visibleNick(file.name, strings.files.unnamed), 60);
  return (
    <>
      <Preview file={file} />
      <span className="file-text">
        <bdi className="file-name">{title}</bdi>
        <span className="file-host" role="status">
          {problem ?? [sizeOf(file.size), state === 'sending' && strings.files.percent(Math.round(part * 100))].filter(Boolean).join(' · ')}
        </span>
        {state === 'sending' && <progress max={1} value={part} aria-label={strings.files.sending} />}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={state === 'sending' ? strings.files.stopOne(title) : strings.files.remove(title)}
        title={state === 'sending' ? strings.files.stop : strings.files.removeShort}
        onClick={() => uploads.drop(name, id)}
      >
        <CloseIcon />
      </button>
    </>
  );
}

const SIDE = 112; // pixels of the drawn picture: twice what it is shown at

/** A picture small, drawn here and now: nothing of it is an address. Whatever cannot be drawn is a sheet of paper. */
function Preview({ file }: { file: File }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let current = true;
    if (!file.type.startsWith('image/')) return undefined;
    createImageBitmap(file, { resizeHeight: SIDE, resizeQuality: 'medium' }).then(
      (bitmap) => {
        const element = canvas.current;
        if (current && element) {
          element.width = SIDE;
          element.height = SIDE;
          element.getContext('2d')?.drawImage(bitmap, (SIDE - bitmap.width) / 2, 0);
          element.classList.add('drawn');
        }
        bitmap.close();
      },
      () => undefined, // no picture that this browser knows: the sheet of paper stays
    );
    return () => {
      current = false;
    };
  }, [file]);
  return (
    <span className="upload-preview" aria-hidden="true">
      <FileIcon />
      <canvas ref={canvas} />
    </span>
  );
}
