import { Button, Code, Group, List, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Fact } from '../../components/evidence-list.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import type { Attempt, Integration } from '../../lib/types.ts';
import { attemptOptions, useReconnect } from './api.ts';
import { ConnectFlow } from './connect-flow.tsx';

type Props = { attemptId: string; integration: Integration; onDismiss: () => void };

/** What came of an authorization, in the provider's words and ours, with a fresh try (B32, B33, D12). */
export function AttemptPanel({ attemptId, integration, onDismiss }: Props) {
  const attempt = useQuery(attemptOptions(attemptId));
  if (attempt.error) return <ErrorState error={attempt.error} onRetry={() => void attempt.refetch()} />;
  if (!attempt.data) return <LoadingBlocks label="Loading the result" heights={[140]} />;
  return <Outcome attempt={attempt.data} integration={integration} onDismiss={onDismiss} />;
}

const GOOD = ['connected', 'reconnected', 'already_connected'];

type OutcomeProps = { attempt: Attempt; integration: Integration; onDismiss: () => void };

function Outcome({ attempt, integration, onDismiss }: OutcomeProps) {
  const good = GOOD.includes(attempt.outcome ?? '');
  const tone = good ? 'success' : attempt.outcome === 'failed' ? 'danger' : 'warning';
  const Icon = good ? IconCircleCheck : tone === 'danger' ? IconCircleX : IconAlertTriangle;
  return (
    <section className="panel" style={panelStyle(tone)} role={good ? 'status' : 'alert'} aria-label="Result">
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <Icon size={20} color={toneInk(tone)} style={{ flexShrink: 0, marginTop: 1 }} aria-hidden />
          <div>
            <Title order={2}>{attempt.title}</Title>
            <Text size="sm" mt={4}>
              {attempt.detail}
            </Text>
          </div>
        </Group>
        <AttemptFacts attempt={attempt} />
        <Group gap="xs">
          {!good && <Retry attempt={attempt} integration={integration} />}
          <Button variant="default" onClick={onDismiss}>
            Dismiss
          </Button>
        </Group>
      </Stack>
    </section>
  );
}

function AttemptFacts({ attempt }: { attempt: Attempt }) {
  const account = (ref: Attempt['expected_account']) => ref && `${ref.label} (${ref.external_id})`;
  return (
    <dl className="facts">
      {attempt.provider_error && (
        <Fact name="Provider’s error">
          <Code>{attempt.provider_error}</Code>
        </Fact>
      )}
      {attempt.missing_scopes.length > 0 && (
        <Fact name="Missing">
          <List size="sm" listStyleType="none">
            {attempt.missing_scopes.map((scope) => (
              <List.Item key={scope}>
                <Code>{scope}</Code>
              </List.Item>
            ))}
          </List>
        </Fact>
      )}
      {attempt.expected_account && <Fact name="Expected account">{account(attempt.expected_account)}</Fact>}
      {attempt.actual_account && <Fact name="Account you chose">{account(attempt.actual_account)}</Fact>}
      {attempt.expected_redirect_uri && (
        <Fact name="Redirect URI">
          <Code>{attempt.expected_redirect_uri}</Code>
        </Fact>
      )}
    </dl>
  );
}

/** A fresh flow: the old state is spent. A reconnect stays a reconnect, pinned to its account. */
function Retry({ attempt, integration }: { attempt: Attempt; integration: Integration }) {
  const [open, setOpen] = useState(false);
  const reconnect = useReconnect(attempt.connection_id ?? '');
  const pinned = attempt.connection_id !== null;
  return (
    <>
      <Button
        loading={reconnect.isPending || reconnect.isSuccess}
        onClick={() => (pinned ? reconnect.mutate() : setOpen(true))}
      >
        Try again
      </Button>
      {attempt.outcome === 'wrong_account' && (
        <Button variant="default" onClick={() => setOpen(true)}>
          Add as a new account
        </Button>
      )}
      {reconnect.error && <ErrorState error={reconnect.error} />}
      {open && <ConnectFlow integration={integration} onClose={() => setOpen(false)} />}
    </>
  );
}
