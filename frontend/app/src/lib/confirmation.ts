/** Of the banner that asks for the confirmation of one's address. */
export const CONFIRMATION = 'confirm-address';

/** Whoever is refused for that reason finds the way out there; an open dialog keeps the focus and says it itself. */
export function leadToConfirmation(): void {
  if (document.querySelector('[role=dialog]')) return;
  const banner = document.getElementById(CONFIRMATION);
  banner?.scrollIntoView({ block: 'center' });
  banner?.focus();
}
