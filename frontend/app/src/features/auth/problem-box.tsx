import type { ReactNode } from 'react';
import { RetryWait } from '../../components/retry-wait.tsx';
import { problemText, retryAt } from '../../lib/problem.ts';

export function ProblemBox({ error }: { error: unknown }) {
  const { title, detail } = problemText(error);
  const wait = retryAt(error);
  return <Refusal title={title}>{wait ? <RetryWait key={wait} until={wait} /> : detail}</Refusal>;
}

export function Refusal({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="auth-problem" role="alert">
      <strong>{title}</strong>
      {children && <span>{children}</span>}
    </div>
  );
}
