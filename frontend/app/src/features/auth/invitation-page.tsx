import { useEffect, useState } from 'react';
import { problemCode } from '../../lib/problem.ts';
import { ROLE_HINTS, ROLE_LABELS } from '../../lib/roles.ts';
import type { InvitationSeen } from '../../lib/types.ts';
import { lookUp, type Visitor, visitor } from './api.ts';
import { Frame } from './frame.tsx';
import { forgetInvitation, invitationToken } from './invitation-token.ts';
import { Join, SignUpByInvitation, WrongPerson } from './invitation-ways.tsx';
import { ProblemBox } from './problem-box.tsx';

type State =
  | { at: 'looking' }
  | { at: 'dead' }
  | { at: 'failed'; error: unknown }
  | { at: 'open'; seen: InvitationSeen; me: Visitor | null };

/** Looks at what the link offers, which uses nothing up, and then offers the one way that fits whoever looks. */
export function InvitationPage({ onDone }: { onDone: () => void }) {
  const [token] = useState(invitationToken);
  const [state, setState] = useState<State>(token ? { at: 'looking' } : { at: 'dead' });
  useEffect(() => {
    if (token) void look(token).then(setState);
  }, [token]);
  const finish = () => {
    forgetInvitation();
    onDone();
  };
  switch (state.at) {
    case 'looking':
      return (
        <Frame title="Your invitation">
          <p role="status">Looking it up…</p>
        </Frame>
      );
    case 'dead':
      return <DeadLink />;
    case 'failed':
      return (
        <Frame title="Your invitation">
          <ProblemBox error={state.error} />
          <button type="button" className="auth-submit" onClick={() => window.location.reload()}>
            Try again
          </button>
        </Frame>
      );
    case 'open':
      return (
        <Offer token={token} seen={state.seen} me={state.me} onDone={finish} onDead={() => setState({ at: 'dead' })} />
      );
  }
}

async function look(token: string): Promise<State> {
  try {
    const [seen, me] = await Promise.all([lookUp(token), visitor()]);
    return { at: 'open', seen, me };
  } catch (error) {
    return problemCode(error) === 'link_invalid' ? { at: 'dead' } : { at: 'failed', error };
  }
}

type OfferProps = { token: string; seen: InvitationSeen; me: Visitor | null; onDone: () => void; onDead: () => void };

function Offer({ seen, me, ...rest }: OfferProps) {
  const theirs = me?.email.toLowerCase() === seen.email.toLowerCase();
  return (
    <Frame
      follows
      title={`Join ${seen.organization_name}`}
      lead={`${seen.inviter_name} invites you as ${ROLE_LABELS[seen.role].toLowerCase()}. ${ROLE_HINTS[seen.role]}`}
    >
      {me && theirs && <Join seen={seen} {...rest} />}
      {me && !theirs && <WrongPerson invited={seen.email} present={me.email} />}
      {!me && <SignUpByInvitation seen={seen} {...rest} />}
    </Frame>
  );
}

function DeadLink() {
  return (
    <Frame follows title="This invitation no longer works">
      <p>
        It was used already, was revoked, has expired, or was not copied as a whole. Ask whoever invited you to send it
        again.
      </p>
      <a className="auth-submit" href="/">
        Continue to Mailwarden
      </a>
    </Frame>
  );
}
