import type { Link } from '../../state/daemon-state.ts';
import { strings } from '../../strings/strings.ts';

/** Says that what is on screen may be old. Always there, so that a screen reader hears the change. */
export function Banner({ link, loaded }: { link: Link; loaded: boolean }) {
  const text = link === 'away' ? strings.link.away : link === 'connecting' && !loaded ? strings.link.connecting : '';
  return (
    <div className={text === '' ? 'banner banner-empty' : `banner banner-${link}`} role="status">
      {text !== '' && (
        <>
          <span className="banner-pulse" aria-hidden="true" />
          {text}
        </>
      )}
    </div>
  );
}
