import { en } from '../strings/en.ts';

/** The daemon no longer knows this browser. The page tries on; a fresh address opens it again. */
export function Locked() {
  return (
    <main className="stage">
      <div className="stage-card">
        <h1>{en.locked.title}</h1>
        <p>{en.locked.text}</p>
        <p>{en.locked.todo}</p>
        <pre>
          <code>{en.locked.command}</code>
        </pre>
      </div>
    </main>
  );
}
