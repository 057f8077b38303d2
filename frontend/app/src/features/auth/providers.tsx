import { useEffect, useState } from 'react';
import { safePath } from '../../lib/http.ts';
import type { IdentityProvider } from '../../lib/types.ts';
import { identityProviders, pageOfProvider } from './api.ts';
import { ProblemBox } from './problem-box.tsx';

/** Below the form, so that nothing moves when they come; nothing at all where the operator set none up. */
export function Providers({ verb }: { verb: string }) {
  const [offered, setOffered] = useState<IdentityProvider[]>([]);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let here = true;
    void identityProviders().then((list) => here && setOffered(list));
    return () => {
      here = false;
    };
  }, []);
  if (offered.length === 0) return null;
  const go = (provider: string) => {
    setError(null);
    pageOfProvider(provider, safePath(new URLSearchParams(window.location.search).get('next'))).then(
      (url) => window.location.assign(url),
      setError,
    );
  };
  return (
    <div className="auth-providers">
      <p className="auth-or">or</p>
      {error !== null && <ProblemBox error={error} />}
      {offered.map(({ provider, label }) => (
        <button key={provider} type="button" className="auth-provider" onClick={() => go(provider)}>
          {verb} with {label}
        </button>
      ))}
    </div>
  );
}
