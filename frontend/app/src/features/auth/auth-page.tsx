import './auth.css';
import { useEffect } from 'react';
import { safePath } from '../../lib/http.ts';
import { AuthForm, type Mode } from './auth-form.tsx';

const WORDS = {
  'sign-in': {
    title: 'Sign in',
    lead: 'Welcome back.',
    other: '/sign-up',
    ask: 'New here?',
    link: 'Create an account',
  },
  'sign-up': {
    title: 'Create your account',
    lead: 'Connect HubSpot and Klaviyo in a few minutes.',
    other: '/sign-in',
    ask: 'Already have an account?',
    link: 'Sign in',
  },
};

/** A page of its own without the app's component library: it must be fast on a phone. */
export function AuthPage({ mode }: { mode: Mode }) {
  const words = WORDS[mode];
  const next = safePath(new URLSearchParams(window.location.search).get('next'));
  useEffect(() => {
    document.title = `${words.title} · Mailwarden`;
  }, [words.title]);
  const other = next ? `${words.other}?next=${encodeURIComponent(next)}` : words.other;
  return (
    <div className="auth">
      <main className="auth-card">
        <p className="auth-brand">
          <img src="/favicon.svg" width={28} height={28} alt="" /> Mailwarden
        </p>
        <h1>{words.title}</h1>
        <p className="auth-lead">{words.lead}</p>
        <AuthForm mode={mode} onDone={() => window.location.assign(next ?? '/integrations')} />
        <p className="auth-other">
          {words.ask} <a href={other}>{words.link}</a>
        </p>
      </main>
    </div>
  );
}
