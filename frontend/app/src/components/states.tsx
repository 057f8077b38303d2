import { Alert, Anchor, Button, Center, Code, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertCircle, IconCloudOff, IconInbox, IconRefresh, type TablerIcon } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { isOffline, problemCode, problemText, retryAt } from '../lib/problem.ts';
import { RetryWait } from './retry-wait.tsx';

const ErrorDetails = lazy(() => import('./error-details.tsx'));

/** Nothing is broken: somebody has to pay, or to choose a larger plan. */
const WANTS_BILLING = new Set(['subscription_inactive', 'plan_limit_reached']);

export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail, requestId } = problemText(error);
  const Icon = isOffline(error) ? IconCloudOff : IconAlertCircle;
  const wait = retryAt(error);
  return (
    <Alert color="danger" variant="light" icon={<Icon aria-hidden />} title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        {detail && <Text size="sm">{wait ? <RetryWait key={wait} until={wait} /> : detail}</Text>}
        {problemCode(error) === 'email_unverified' && (
          <Anchor size="sm" underline="always" href="/settings?tab=account">
            Confirm your address
          </Anchor>
        )}
        {WANTS_BILLING.has(problemCode(error) ?? '') && (
          <Anchor size="sm" underline="always" href="/settings/billing">
            Open billing
          </Anchor>
        )}
        {requestId && (
          <>
            <Text size="xs" c="dimmed">
              Request <Code>{requestId}</Code>
            </Text>
            <Suspense fallback={null}>
              <ErrorDetails error={error} />
            </Suspense>
          </>
        )}
        {onRetry && (
          <Button variant="default" size="xs" leftSection={<IconRefresh size={14} aria-hidden />} onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

type EmptyProps = { title: string; children: ReactNode; action?: ReactNode; Icon?: TablerIcon; order?: 1 | 2 };

export function EmptyState({ title, children, action, Icon = IconInbox, order = 2 }: EmptyProps) {
  return (
    <Center py={48}>
      <Stack align="center" gap="xs" maw={440} ta="center">
        <Icon size={36} stroke={1.4} aria-hidden />
        <Title order={order}>{title}</Title>
        <Text c="dimmed" size="sm">
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}

/** Blocks of the final geometry, shown only after a moment, so that fast answers do not flash. */
export function LoadingBlocks({ label, heights }: { label: string; heights: number[] }) {
  return (
    <Stack gap="sm" role="status" aria-busy="true" aria-label={label} className="loading-appears">
      {heights.map((height, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list is fixed and anonymous
        <Skeleton key={index} height={height} radius="md" />
      ))}
    </Stack>
  );
}
