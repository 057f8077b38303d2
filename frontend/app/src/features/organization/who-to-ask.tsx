import { AskBeside } from '../../components/ask-beside.tsx';
import { Part } from '../../components/part.tsx';
import { ROLE_LABELS, type Role } from '../../lib/roles.ts';
import { useSession } from '../../lib/session.tsx';

/** For whoever may not look at the members: the names of those who decide, and no addresses. */
export function WhoToAsk() {
  const { ask } = useSession();
  return (
    <Part title="Members" lead="Owners and managers see the members and decide about them. Ask one of them:">
      {ask.length > 0 && (
        <ul className="lines" aria-label="Whom to ask">
          {ask.map(({ name, role }) => (
            <li key={`${name} ${role}`}>
              {name} · {ROLE_LABELS[role as Role] ?? role}
            </li>
          ))}
        </ul>
      )}
      <AskBeside wish={{ action: 'manage_members' }} />
    </Part>
  );
}
