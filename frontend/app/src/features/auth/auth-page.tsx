import { safePath } from '../../lib/http.ts';
import { ConfirmPage } from './confirm-page.tsx';
import { ContactPage } from './contact-page.tsx';
import { ForgotPage } from './forgot-page.tsx';
import { InvitationPage } from './invitation-page.tsx';
import { ResetPage } from './reset-page.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { SignUpPage } from './sign-up-page.tsx';

/** Pages for whoever is not signed in: one light bundle, chosen by the path. */
const PAGES = [
  'sign-in',
  'sign-up',
  'forgot-password',
  'reset-password',
  'confirm-email',
  'invitation',
  'contact',
] as const;
export type Mode = (typeof PAGES)[number];

export function modeOf(path: string): Mode {
  return PAGES.find((page) => path === `/${page}` || path.startsWith(`/${page}/`)) ?? 'sign-in';
}

export function AuthPage({ mode }: { mode: Mode }) {
  const next = safePath(new URLSearchParams(window.location.search).get('next'));
  const enter = () => window.location.assign(next ?? '/integrations');
  const keep = (path: string) => (next ? `${path}?next=${encodeURIComponent(next)}` : path);
  switch (mode) {
    case 'sign-in':
      return <SignInPage other={keep('/sign-up')} onDone={enter} />;
    case 'sign-up':
      return <SignUpPage other={keep('/sign-in')} onDone={enter} />;
    case 'forgot-password':
      return <ForgotPage />;
    case 'reset-password':
      return <ResetPage />;
    case 'confirm-email':
      return <ConfirmPage />;
    case 'contact':
      return <ContactPage />;
    case 'invitation':
      return <InvitationPage onDone={() => window.location.assign('/')} />;
  }
}
