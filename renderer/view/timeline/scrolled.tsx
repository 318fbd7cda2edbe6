import type { ReactNode, Ref } from 'react';

interface Props {
  readonly label: string;
  readonly className: string;
  readonly ref?: Ref<HTMLDivElement>;
  readonly children: ReactNode;
}

/** What may be larger than its place: it scrolls by itself, and by the keyboard. */
export function Scrolled({ label, className, ref, children }: Props) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <div className={className} ref={ref} tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  );
}
