import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { ExportButton } from '../../components/export-button.tsx';
import { ErrorState, LoadingBlocks } from '../../components/states.tsx';
import { firstDay } from '../../features/deliverability/api.ts';
import { DeliverabilityFrame } from '../../features/deliverability/frame.tsx';
import { ScopeSelect, ScoreView } from '../../features/deliverability/score-view.tsx';
import { scoreOptions } from '../../lib/score.ts';

type Search = { domain?: string | undefined; explain?: boolean | undefined };

export const Route = createFileRoute('/_app/deliverability/')({
  validateSearch: (raw: Record<string, unknown>): Search => ({
    domain: typeof raw['domain'] === 'string' && raw['domain'] ? raw['domain'] : undefined,
    explain: raw['explain'] === true || undefined,
  }),
  component: Deliverability,
});

function Deliverability() {
  const { domain, explain = false } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data, error, isPending, refetch } = useQuery(scoreOptions(domain));
  const account = useQuery(scoreOptions());
  const change = (part: Search) =>
    void navigate({ search: (s) => ({ ...s, ...part }), replace: true, resetScroll: false });
  const domains = account.data?.domains.map((one) => one.domain) ?? [];
  return (
    <DeliverabilityFrame
      place="/deliverability"
      lead="How healthy your sending is, by rules that are published: every number behind the score is shown."
      actions={
        <Group gap="sm" align="flex-end">
          <ScopeSelect domains={domains} value={domain} onChange={(next) => change({ domain: next })} />
          <ExportButton report="deliverability" filters={{ domain, first: firstDay() }} />
        </Group>
      }
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <LoadingBlocks label="Loading the score" heights={[180, 220, 240]} />}
      {data && (
        <ScoreView
          key={domain ?? ''}
          score={data}
          domain={domain}
          open={explain}
          onOpen={(open) => change({ explain: open || undefined })}
        />
      )}
    </DeliverabilityFrame>
  );
}
