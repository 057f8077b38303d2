import { Button, Card, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { IconStethoscope } from '@tabler/icons-react';
import { ErrorState } from '../../components/states.tsx';
import { panelStyle } from '../../components/tones.ts';
import { plural } from '../../lib/numbers.ts';
import { duration } from '../../lib/time.ts';
import type { QuickDiagnosis } from '../../lib/types.ts';
import { useQuickDiagnosis } from './api.ts';
import { Ago } from './cells.tsx';
import { RESULTS } from './quick-results.ts';
import { QuickStepCard } from './quick-step.tsx';

/** The checklist that support would go through with a person, done by the product itself. */
export function QuickTab({ onBundle }: { onBundle: () => void }) {
  const { data, error, isFetching, run } = useQuickDiagnosis();
  return (
    <Stack gap="lg">
      <Card component="section" aria-label="Quick diagnosis">
        <Group justify="space-between" gap="md">
          <div style={{ flex: '1 1 300px' }}>
            <Title order={2}>Quick diagnosis</Title>
            <Text size="sm" c="dimmed">
              Five steps with real calls to your providers. It changes no setting and takes up to a minute.
            </Text>
          </div>
          <Button
            leftSection={<IconStethoscope size={16} aria-hidden />}
            loading={isFetching}
            onClick={() => void run()}
          >
            {data ? 'Run again' : 'Run the diagnosis'}
          </Button>
        </Group>
        {isFetching && <Progress value={100} animated mt="md" size="sm" aria-label="The diagnosis is running" />}
      </Card>
      <div role="status" aria-live="polite">
        {isFetching && (
          <Text size="sm">Going through the five steps; accounts are being asked at their providers…</Text>
        )}
        {data && !isFetching && <Summary diagnosis={data} />}
      </div>
      {error && !isFetching && <ErrorState error={error} onRetry={() => void run()} />}
      {data && !isFetching && (
        <>
          <Stack gap="md" component="ol" m={0} p={0} style={{ listStyle: 'none' }}>
            {data.steps.map((step) => (
              <QuickStepCard key={step.number} step={step} />
            ))}
          </Stack>
          {data.result === 'trouble' && <StillStuck onBundle={onBundle} />}
        </>
      )}
    </Stack>
  );
}

function Summary({ diagnosis }: { diagnosis: QuickDiagnosis }) {
  const { tone } = RESULTS[diagnosis.result];
  const { connections_tested: tested, connections_not_tested: left } = diagnosis;
  return (
    <section className="panel" style={panelStyle(tone)} aria-label="Result">
      <Text fw={600}>{diagnosis.summary}</Text>
      <Text size="sm" component="div">
        {plural(tested, 'account')} asked live{left > 0 && `, ${left} not`} · took {duration(diagnosis.duration_ms)} ·{' '}
        <Ago at={diagnosis.started_at} />
      </Text>
    </section>
  );
}

function StillStuck({ onBundle }: { onBundle: () => void }) {
  return (
    <Group gap="sm">
      <Text size="sm">Still stuck? A support bundle holds all that support would ask for, without secrets.</Text>
      <Button variant="default" onClick={onBundle}>
        Make a support bundle…
      </Button>
    </Group>
  );
}
