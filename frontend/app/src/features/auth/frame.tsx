import './auth.css';
import { type ReactNode, useEffect, useRef } from 'react';

type Props = {
  title: string;
  lead?: ReactNode;
  /** It takes the place of another one: the focus goes to its heading, so that a screen reader tells of it. */
  follows?: boolean;
  children: ReactNode;
  footer?: ReactNode;
};

/** A page of its own without the app's component library: it must be fast on a phone. */
export function Frame({ title, lead, follows = false, children, footer }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Mailwarden`;
    if (follows) heading.current?.focus();
  }, [title, follows]);
  return (
    <div className="auth">
      <main className="auth-card">
        <p className="auth-brand">
          <img src="/favicon.svg" width={28} height={28} alt="" /> Mailwarden
        </p>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p className="auth-lead">{lead}</p>}
        {children}
        {footer && <div className="auth-other">{footer}</div>}
      </main>
    </div>
  );
}
