import { useEffect, useState } from 'react';
import { inBackground } from '../../state/background.ts';
import { strings } from '../../strings/strings.ts';
import { CopyIcon } from '../controls/icons.tsx';

const TOLD = 2000; // milliseconds for which it says that it was copied

/** Code as it was written, that scrolls by itself where it is wide. */
export function CodeBlock({ text, language }: { text: string; language: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), TOLD);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <span className="code-block">
      <span className="code-head">
        <bdi>{language}</bdi>
        <button type="button" className="code-copy" onClick={() => inBackground('copying', navigator.clipboard.writeText(text).then(() => setCopied(true)))}>
          <CopyIcon /> {copied ? strings.message.copied : strings.message.copyCode}
        </button>
        <span className="unseen" role="status">
          {copied && strings.message.copied}
        </span>
      </span>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
      <code dir="ltr" tabIndex={0}>
        {text}
      </code>
    </span>
  );
}
