import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Alert } from '../../lib/types.ts';
import { isWish, wishButton, wishPlace } from '../../lib/wishes.ts';
import { placeOf } from './place.ts';

/** The button that leads to what somebody asked for. */
export default function AskedLink({ alert }: { alert: Alert }) {
  const { action } = alert.card ?? {};
  const known = isWish(action);
  const place = known ? wishPlace({ action, ...subject(alert) }) : placeOf(alert);
  if (!place) return null;
  return (
    <Button size="xs" renderRoot={(props) => <Link {...props} to={place.to as never} search={place.search as never} />}>
      {known ? wishButton(action) : 'Open the page'}
    </Button>
  );
}

function subject({ connection_id: id, provider }: Alert) {
  if (!provider) return {};
  return id ? { account: { id, provider } } : { provider };
}
