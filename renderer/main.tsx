import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { language } from './strings/strings.ts';
import { start } from './state/page.ts';
import './styles/index.css';

const root = document.getElementById('root');
document.documentElement.lang = language;
if (root) {
  start();
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
