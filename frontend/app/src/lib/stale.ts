const TRIED = 'mailwarden.reloaded';
const PATIENCE_MS = 60_000;

/**
 * After a deployment a page that is open asks for files that are gone: it loads itself anew, once a minute at most, so
 * that a server without them is told of and not asked for ever. Offline it would only lose what is on the screen.
 */
export function reloadWhenStale(reload = () => window.location.reload()): void {
  window.addEventListener('vite:preloadError', (event) => {
    const last = Number(window.sessionStorage.getItem(TRIED));
    if (!navigator.onLine || Date.now() - last < PATIENCE_MS) return;
    window.sessionStorage.setItem(TRIED, String(Date.now()));
    event.preventDefault();
    reload();
  });
}
