import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { language } from './strings/strings.ts';
import { logIn } from './api/session.ts';
import { inBackground } from './state/background.ts';
import { start } from './state/page.ts';
import './styles/index.css';

const root = document.getElementById('root');
document.documentElement.lang = language;
// before anything is shown, for what is shown asks the daemon
if (root) inBackground('logging in', logIn().finally(() => open(root)));

function open(place: HTMLElement): void {
  start();
  createRoot(place).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
