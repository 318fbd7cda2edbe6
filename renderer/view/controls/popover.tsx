import { useEffect, useEffectEvent, useLayoutEffect, useRef, type ReactNode } from 'react';

const GAP = 6; // pixels between it and what it belongs to
const EDGE = 8; // and to the window's edge

interface Props {
  readonly anchor: HTMLElement;
  readonly label: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** The browser's own popover beside `anchor`: it lies above all, and closes by Escape or by a click elsewhere. */
export function Popover({ anchor, label, className = '', onClose, children }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const closed = useEffectEvent(onClose);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    current.showPopover();
    current.querySelector<HTMLElement>('button, input')?.focus();
    const place = (): void => placeBeside(current, anchor);
    place();
    const observer = new ResizeObserver(place);
    observer.observe(current);
    addEventListener('resize', place);
    return () => {
      observer.disconnect();
      removeEventListener('resize', place);
    };
  }, [anchor]);
  useEffect(() => {
    const { current } = element;
    const onToggle = (event: ToggleEvent): void => {
      if (event.newState === 'closed') closed();
    };
    current?.addEventListener('toggle', onToggle);
    return () => current?.removeEventListener('toggle', onToggle);
  }, []);
  return (
    <div ref={element} popover="auto" role="dialog" aria-label={label} className={`popover ${className}`}>
      {children}
    </div>
  );
}

/** Below it where there is room, else above; in the window in any case. */
function placeBeside(element: HTMLElement, anchor: HTMLElement): void {
  const to = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const below = to.bottom + GAP + height <= innerHeight - EDGE;
  const top = below ? to.bottom + GAP : Math.max(EDGE, to.top - GAP - height);
  const left = Math.min(Math.max(EDGE, to.right - width), Math.max(EDGE, innerWidth - EDGE - width));
  element.style.setProperty('left', `${left}px`);
  element.style.setProperty('top', `${top}px`);
}
