import { Button, CloseButton, Group, Text } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { forgetWayBack, useWayBack } from '../lib/way-back.ts';
import { panelStyle } from './tones.ts';

/** On the pages where accounts are connected: back to what somebody was doing, which waits there (B30). */
export function WayBackPanel() {
  const way = useWayBack();
  const navigate = useNavigate();
  if (!way) return null;
  const go = () => {
    forgetWayBack();
    void navigate({ href: way.path });
  };
  return (
    <section className="panel" style={panelStyle('brand')} aria-label="Where you were">
      <Group justify="space-between" gap="xs">
        <Text size="sm" flex="1 1 240px">
          You were on your way to {way.label}. It waits for you, as you left it.
        </Text>
        <Group gap="xs">
          <Button size="xs" leftSection={<IconArrowBackUp size={16} aria-hidden />} onClick={go}>
            Go back to {way.label}
          </Button>
          <CloseButton size="sm" aria-label="Dismiss" onClick={forgetWayBack} />
        </Group>
      </Group>
    </section>
  );
}
