import { useState, type ReactNode } from 'react';
import { strings } from '../../strings/strings.ts';
import { visibleNick } from '../../text/visible.ts';

/** XEP-0382: what is not seen before one asks for it. */
export function Spoiler({ hint, children }: { hint: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="spoiler" aria-expanded={open} onClick={() => setOpen(!open)}>
        <strong>{strings.message.spoiler}</strong>
        {hint !== '' && <bdi>{visibleNick(hint, '')}</bdi>}
        <span className="spoiler-do">{open ? strings.message.spoilerHide : strings.message.spoilerShow}</span>
      </button>
      {open && <div className="spoiler-text">{children}</div>}
    </>
  );
}
