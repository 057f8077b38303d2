import { createFileRoute } from '@tanstack/react-router';
import { AuditPage } from '../../features/audit/audit-page.tsx';
import { type AuditSearch, readAuditSearch } from '../../features/audit/search.ts';

export const Route = createFileRoute('/_app/audit-log')({ validateSearch: readAuditSearch, component: AuditLog });

function AuditLog() {
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  const narrow = (change: AuditSearch) =>
    void navigate({ search: (s) => ({ ...s, ...change }), replace: true, resetScroll: false });
  return <AuditPage filter={filter} onFilter={narrow} />;
}
