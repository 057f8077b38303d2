import '@fontsource-variable/inter/wght.css';
import { createRoot } from 'react-dom/client';
import { AuthPage, modeOf } from './features/auth/auth-page.tsx';
import { configureClient } from './lib/http.ts';

configureClient(window.location.origin);

// the colours chosen inside the app hold here, too
const scheme = window.localStorage.getItem('mantine-color-scheme-value');
if (scheme === 'light' || scheme === 'dark') document.documentElement.style.colorScheme = scheme;

const root = document.getElementById('root');
if (!root) throw new Error('#root missing');
createRoot(root).render(<AuthPage mode={modeOf(window.location.pathname)} />);
