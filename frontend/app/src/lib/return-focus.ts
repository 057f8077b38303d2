import { useLayoutEffect } from 'react';

let opener: HTMLElement | null = null;

/** For dialogs that exist only while they are open: when one goes, the focus goes back to what opened it. */
export function useReturnFocus(): void {
  useLayoutEffect(() => {
    opener = whoOpened(document.activeElement) ?? opener;
    return () => {
      window.setTimeout(giveBack);
    };
  }, []);
}

/** A menu's entry is gone by then, so its button stands in; a dialog that leads to another keeps the first opener. */
function whoOpened(active: Element | null): HTMLElement | null {
  if (!(active instanceof HTMLElement) || active === document.body || active.closest('[role=dialog]')) return null;
  const button = active.closest('[role=menu]')?.getAttribute('aria-labelledby');
  return button ? document.getElementById(button) : active;
}

function giveBack(): void {
  const another = document.querySelector('[role=dialog]');
  if (!another && opener?.isConnected) opener.focus();
}
