import { strings } from '../../strings/strings.ts';

/** The daemon no longer knows this browser. The page tries on; a fresh address opens it again. */
export function Locked() {
  return (
    <main className="stage">
      <div className="stage-card">
        <h1>{strings.locked.title}</h1>
        <p>{strings.locked.text}</p>
        <p>{strings.locked.todo}</p>
        <pre>
          <code>{strings.locked.command}</code>
        </pre>
      </div>
    </main>
  );
}
