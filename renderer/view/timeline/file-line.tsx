import { useEffect, useState } from 'react';
import type { Message } from '../../api/client.ts';
import { pictureHref } from '../../api/files.ts';
import { sign } from '../../api/signed.ts';
import { dialog } from '../../state/page.ts';
import { strings } from '../../strings/strings.ts';
import { shortened, visibleNick } from '../../text/visible.ts';
import { FileIcon, PictureIcon } from '../controls/icons.tsx';

type File = NonNullable<Message['file']>;

/** A file by its name. A picture is fetched, by the daemon, when somebody asks to see it, and never by itself. */
export function FileLine({ id, file }: { id: number; file: File }) {
  const [state, setState] = useState<'closed' | 'loading' | 'open' | 'failed'>('closed');
  const name = shortened(visibleNick(file.name, strings.files.unnamed), 60);
  const host = URL.parse(file.url)?.host ?? '';
  const shown = state === 'loading' || state === 'open';
  return (
    <div className="file">
      <div className="file-line">
        {file.picture ? <PictureIcon /> : <FileIcon />}
        <span className="file-text">
          <bdi className="file-name">{name}</bdi>
          <bdi className="file-host">{host}</bdi>
        </span>
        {file.picture && (
          <button type="button" className="button button-small" aria-expanded={shown} onClick={() => setState(shown ? 'closed' : 'loading')}>
            {shown ? strings.files.hide : strings.files.show}
          </button>
        )}
        <a className="link" href={file.url} target="_blank" rel="noopener noreferrer nofollow">
          {strings.files.open}
        </a>
      </div>
      {state === 'failed' && (
        <p className="file-failed" role="status">
          {strings.files.notShown}
        </p>
      )}
      {shown && <Picture id={id} name={name} open={state === 'open'} told={setState} />}
    </div>
  );
}

function Picture({ id, name, open, told }: { id: number; name: string; open: boolean; told: (state: 'open' | 'failed') => void }) {
  const [src, setSrc] = useState<string>();
  useEffect(() => {
    let current = true;
    sign(pictureHref(id)).then(
      (signed) => current && setSrc(signed.src),
      () => current && told('failed'),
    );
    return () => {
      current = false;
    };
  }, [id, told]);
  return (
    <div className="file-view">
      <img
        className={open ? 'file-picture' : 'file-picture file-loading'}
        src={src}
        alt={strings.files.picture(name)}
        onLoad={() => told('open')}
        onError={() => told('failed')}
      />
      {open && <button type="button" aria-label={strings.files.enlarge(name)} onClick={() => dialog.set({ name: 'picture', id, title: name })} />}
    </div>
  );
}
