import type { Tone } from '../../components/tones.ts';
import type { Forecast } from '../../lib/types.ts';

const DAY = 86_400_000;

/** The notices come 30, 7 and 1 days before; the page changes its tone at the same moments. */
export function urgency(forecast: Forecast, now = Date.now()): Tone {
  const left = (Date.parse(forecast.dies_at) - now) / DAY;
  if (left <= 1) return 'danger';
  if (left <= 7) return 'warning';
  return left <= 30 ? 'brand' : 'gray';
}

/** `unused`: a renewal of ours moves the date; near the end it means that renewals fail. */
export function headline(forecast: Forecast, date: string): string {
  const unless = forecast.reason === 'unused' ? ' unless it is renewed' : '';
  return `This authorization ends on ${date}${unless}`;
}

export function whatHelps(forecast: Forecast, tone: Tone): string {
  if (tone === 'gray') return forecast.reason === 'unused' ? 'Nothing for you to do.' : 'You are told again in time.';
  if (forecast.reason === 'unused') {
    return 'The renewal that moves this date has not succeeded lately. A reconnect starts the time anew.';
  }
  return 'A reconnect before that date avoids any gap.';
}
