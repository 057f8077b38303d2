import './mantine.ts';
import '@fontsource-variable/inter/wght.css';
import './app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { configureClient } from './lib/http.ts';
import { reloadWhenStale } from './lib/stale.ts';

configureClient(window.location.origin);
reloadWhenStale();

const root = document.getElementById('root');
if (!root) throw new Error('#root missing');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
