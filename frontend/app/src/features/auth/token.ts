/** The secret of a mail's link stands behind `#`; it leaves the address bar and the history at once. */
export function tokenOf(): string {
  const token = window.location.hash.slice(1);
  if (token) window.history.replaceState(window.history.state, '', window.location.pathname);
  return token;
}
