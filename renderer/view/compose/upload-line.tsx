import { strings } from '../../strings/strings.ts';
import { sizeOf } from '../../text/size.ts';
import { shortened, visibleNick } from '../../text/visible.ts';
import { FileIcon } from '../controls/icons.tsx';
import type { Uploading } from './use-upload.ts';

/** The file that is about to be sent, or on its way. */
export function UploadLine({ uploading }: { uploading: Uploading }) {
  const { upload, send, stop } = uploading;
  if (!upload) return null;
  const { file, state, part, problem, most } = upload;
  const percent = Math.round(part * 100);
  return (
    <div className="upload" role="group" aria-label={strings.files.about}>
      <FileIcon />
      <span className="file-text">
        <bdi className="file-name">{shortened(visibleNick(file.name, strings.files.unnamed), 60)}</bdi>
        <span className="file-host" role="status">
          {problem ?? [sizeOf(file.size), state === 'sending' ? strings.files.percent(percent) : strings.files.who(most)].join(' · ')}
        </span>
        {state === 'sending' && <progress max={1} value={part} aria-label={strings.files.sending} />}
      </span>
      {state !== 'refused' && (
        <button type="button" className="button button-small" disabled={state !== 'ready'} onClick={send}>
          {state === 'sending' ? strings.files.sending : strings.files.send}
        </button>
      )}
      <button type="button" className="link" onClick={stop}>
        {state === 'sending' ? strings.files.stop : strings.cancel}
      </button>
    </div>
  );
}
