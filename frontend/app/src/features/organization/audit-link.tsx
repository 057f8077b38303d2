import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Part } from '../../components/part.tsx';
import { useMay } from '../../lib/session.tsx';

export function AuditLink() {
  if (!useMay('audit:read')) return null;
  const open = (
    <Button variant="default" renderRoot={(props) => <Link {...props} to="/audit-log" />}>
      Open the audit log
    </Button>
  );
  return <Part title="Audit log" lead="Who changed what in this organization, and when." actions={open} />;
}
