import { Group, Stack, Text } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { panelStyle, toneInk } from '../../components/tones.ts';
import { useTimeZone } from '../../lib/session.tsx';
import { shortDate } from '../../lib/time.ts';
import type { Connection } from '../../lib/types.ts';
import { ForecastReconnect } from './forecast-reconnect.tsx';
import { headline, urgency, whatHelps } from './forecast-words.ts';

/** When this authorization ends by itself, why, and what helps; louder as the day comes nearer. */
export function ForecastPanel({ connection, providerLabel }: { connection: Connection; providerLabel: string }) {
  const zone = useTimeZone();
  const { forecast } = connection;
  if (!forecast) return null;
  const tone = urgency(forecast);
  return (
    <section className="panel" style={panelStyle(tone)} aria-label="Forecast">
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <IconHourglass size={18} color={toneInk(tone)} style={{ flexShrink: 0, marginTop: 2 }} aria-hidden />
        <Stack gap={6} align="flex-start">
          <Text size="sm" fw={500} component="div">
            {headline(forecast, shortDate(forecast.dies_at, zone))} (<RelativeTime iso={forecast.dies_at} />)
          </Text>
          <Text size="sm">
            Because {forecast.detail} {whatHelps(forecast, tone)}
          </Text>
          {tone !== 'gray' && <ForecastReconnect connection={connection} providerLabel={providerLabel} />}
        </Stack>
      </Group>
    </section>
  );
}

/** On a card only what is near enough to act on; the rest stands on the account's page. */
export function ForecastNote({ connection }: { connection: Connection }) {
  const zone = useTimeZone();
  const { forecast } = connection;
  if (!forecast || urgency(forecast) === 'gray') return null;
  const tone = urgency(forecast);
  return (
    <section className="panel" style={panelStyle(tone)} aria-label="Forecast">
      <Text size="sm" fw={500} component="div">
        {headline(forecast, shortDate(forecast.dies_at, zone))}
      </Text>
      <Text size="sm">
        Because {forecast.detail} {whatHelps(forecast, tone)}
      </Text>
    </section>
  );
}
