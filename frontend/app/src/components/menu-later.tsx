import { type ComponentProps, type ReactElement, type ReactNode, Suspense, useEffect, useRef, useState } from 'react';

/** What a menu that came needs: the button it hangs on, and whether it is open. */
export type MenuParts = { target: ReactElement; opened: boolean; onChange: (opened: boolean) => void };

type Props = {
  preload: () => Promise<unknown>;
  face: (props: ComponentProps<'button'>) => ReactElement;
  /** Draws the menu, which is loaded by then. */
  menu: (parts: MenuParts) => ReactNode;
};

/** A button whose menu comes when somebody is about to open it: no page needs it to be seen. */
export function MenuLater({ preload, face, menu }: Props) {
  const [wanted, setWanted] = useState(false);
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const soon = () => void preload();
  const closed = face({
    'aria-haspopup': 'menu',
    'aria-expanded': false,
    onPointerEnter: soon,
    onFocus: soon,
    onClick: () => setWanted(true),
  });
  if (!wanted) return closed;
  const open = () => {
    button.current?.focus(); // where the focus goes back to
    setOpened(true);
  };
  return (
    <Suspense fallback={closed}>
      {menu({ target: face({ ref: button }), opened, onChange: setOpened })}
      <Once act={open} />
    </Suspense>
  );
}

/** Acts when everything beside it is there. */
function Once({ act }: { act: () => void }) {
  const first = useRef(act);
  useEffect(() => first.current(), []);
  return null;
}
