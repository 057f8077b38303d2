import { Alert, Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { AskBeside } from '../../components/ask-beside.tsx';
import { useReason } from '../../components/managed.tsx';
import { SelectLater } from '../../components/select-later.tsx';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { fieldErrors } from '../../lib/problem.ts';
import { useSession } from '../../lib/session.tsx';
import { zoneLabel } from '../../lib/time.ts';
import { useSaveOrganization } from './api.ts';

export function OrganizationCard() {
  const { organization, permissions } = useSession();
  const may = permissions.includes('organization:write');
  const reason = useReason('organization:write');
  const [draft, setDraft] = useState({ name: organization.name, time_zone: organization.time_zone });
  const save = useSaveOrganization(organization.version);
  const dirty = draft.name !== organization.name || draft.time_zone !== organization.time_zone;
  const errors = fieldErrors(save.error);
  return (
    <Card component="section" aria-label="Organization" maw={640}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(draft, { onSuccess: () => notifyOk('Organization saved') });
        }}
      >
        <Stack>
          <Title order={2}>Organization</Title>
          {!may && (
            <Alert color="gray" variant="light" p="sm" icon={<IconInfoCircle aria-hidden />}>
              <Stack gap="xs">
                {reason}
                <AskBeside wish={{ action: 'change_organization' }} size="xs" />
              </Stack>
            </Alert>
          )}
          <TextInput
            label="Name"
            disabled={!may}
            value={draft.name}
            error={errors['name']}
            onChange={(e) => setDraft({ ...draft, name: e.target.value })}
          />
          <ZoneField
            value={draft.time_zone}
            disabled={!may}
            error={errors['time_zone']}
            onChange={(time_zone) => setDraft({ ...draft, time_zone })}
          />
          {save.error && Object.keys(errors).length === 0 && <ErrorState error={save.error} />}
          <Group>
            <Button type="submit" disabled={!may || !dirty || !draft.name.trim()} loading={save.isPending}>
              Save organization
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

type ZoneProps = {
  value: string;
  disabled: boolean;
  error: string | undefined;
  onChange: (zone: string) => void;
};

function ZoneField({ value, disabled, error, onChange }: ZoneProps) {
  const zones = useMemo(() => {
    const names = new Set(['UTC', value, ...Intl.supportedValuesOf('timeZone')]);
    return [...names].map((zone) => ({ value: zone, label: zoneLabel(zone) }));
  }, [value]);
  const browser = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <div>
      <SelectLater
        label="Time zone"
        description="All times and day limits in Mailwarden are in this zone. Provider figures may use the account’s own."
        searchable
        limit={60}
        allowDeselect={false}
        nothingFoundMessage="No such time zone"
        disabled={disabled}
        error={error}
        value={value}
        onChange={(zone) => zone && onChange(zone)}
        data={zones}
      />
      {!disabled && browser !== value && (
        <Text size="sm" mt={6}>
          <Button variant="subtle" size="compact-sm" onClick={() => onChange(browser)}>
            Use this browser’s zone, {zoneLabel(browser)}
          </Button>
        </Text>
      )}
    </div>
  );
}
