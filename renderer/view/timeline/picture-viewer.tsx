import { useEffect, useRef, useState } from 'react';
import { pictureHref } from '../../api/files.ts';
import { strings } from '../../strings/strings.ts';
import { closeDialog } from '../controls/dialog.tsx';
import { CloseIcon } from '../controls/icons.tsx';
import { useSigned } from '../controls/use-signed.ts';

/** A picture as large as the window; a click makes it as large as it is, and back. */
export function PictureViewer({ id, title }: { id: number; title: string }) {
  const element = useRef<HTMLDialogElement>(null);
  const [whole, setWhole] = useState(false);
  const { src, failed } = useSigned(pictureHref(id));
  useEffect(() => {
    const { current } = element;
    if (current && !current.open) current.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog ref={element} className="viewer" aria-label={strings.files.picture(title)} onCancel={closeDialog}>
      <header className="viewer-head">
        <bdi>{title}</bdi>
        <button type="button" className="icon-button" aria-label={strings.close} onClick={closeDialog}>
          <CloseIcon />
        </button>
      </header>
      <button type="button" className={whole ? 'viewer-stage viewer-whole' : 'viewer-stage'} aria-label={whole ? strings.files.fit : strings.files.whole} onClick={() => setWhole(!whole)}>
        <img src={src} alt={strings.files.picture(title)} onError={failed} />
      </button>
    </dialog>
  );
}
