import { Card, Text, Title } from '@mantine/core';
import { ProviderTile } from '../../components/provider-tile.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { useTimeZone } from '../../lib/session.tsx';
import { duration, shortDateTime } from '../../lib/time.ts';
import type { Incident } from '../../lib/types.ts';

/** Outages at providers, newest first; each was told once, and once more when it was over. */
export function IncidentList({ incidents }: { incidents: Incident[] }) {
  return (
    <Card p={0} component="section" aria-label="Incidents">
      <Title order={2} p="lg" pb="xs">
        Incidents of the last 30 days
      </Title>
      {incidents.length === 0 ? (
        <Text size="sm" c="dimmed" px="lg" pb="lg">
          None: no provider refused or failed many connections at once.
        </Text>
      ) : (
        <IncidentTable incidents={incidents} />
      )}
    </Card>
  );
}

function IncidentTable({ incidents }: { incidents: Incident[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="table-box" tabIndex={0} aria-label="Incidents, scrolls sideways">
      <table className="table" style={{ minWidth: 640 }}>
        <thead>
          <tr>
            <th>Started</th>
            <th>What happened</th>
            <th>State</th>
            <th className="num">Lasted</th>
          </tr>
        </thead>
        <tbody>
          {incidents.map((incident) => (
            <IncidentRow key={incident.id} incident={incident} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function IncidentRow({ incident }: { incident: Incident }) {
  const zone = useTimeZone();
  const { started_at: started, ended_at: ended } = incident;
  return (
    <tr>
      <td className="nowrap">
        <time dateTime={started}>{shortDateTime(started, zone)}</time>
      </td>
      <td>
        <span className="with-tile">
          <ProviderTile provider={incident.provider} size={22} />
          <span>
            {incident.title}
            <span className="sub">{incident.detail}</span>
          </span>
        </span>
      </td>
      <td>
        <ToneBadge tone={ended ? 'gray' : 'warning'}>{ended ? 'Over' : 'Under way'}</ToneBadge>
      </td>
      <td className="num">{duration(ended ? Date.parse(ended) - Date.parse(started) : null)}</td>
    </tr>
  );
}
