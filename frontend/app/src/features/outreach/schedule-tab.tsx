import { Button, Checkbox, Group, NumberInput, Radio, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Part } from '../../components/part.tsx';
import { ErrorState } from '../../components/states.tsx';
import { ZoneNote } from '../../components/zone-note.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { pathErrors, problemCode } from '../../lib/problem.ts';
import type { OutreachChange } from '../../lib/types.ts';
import type { Versioned } from './api.ts';
import { useChangeOptions } from './changes.ts';
import { changes, type Options, optionsOf } from './options.ts';
import { DAYS } from './schedule-words.ts';
import { ZoneField } from './zone-field.tsx';

/** When it sends, and under which rules. What was typed outlives somebody else’s change. */
export default function ScheduleTab({ campaign }: { campaign: Versioned }) {
  const [base, setBase] = useState(campaign);
  const [draft, setDraft] = useState<Options>(() => optionsOf(campaign));
  const save = useChangeOptions(campaign.id);
  const changed = changes(optionsOf(base), draft);
  const dirty = Object.keys(changed).length > 0;
  const stale = problemCode(save.error) === 'precondition_failed';
  const set = (part: Partial<Options>) => setDraft((now) => ({ ...now, ...part }));
  const errors = pathErrors(save.error);
  const disabled = !campaign.may_change || campaign.state === 'archived';
  const submit = (body: OutreachChange) =>
    save.mutate(
      { etag: stale ? campaign.etag : base.etag, body },
      {
        onSuccess: (now) => {
          setBase(now);
          setDraft(optionsOf(now));
          notifyOk('Schedule and options saved');
        },
      },
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit(changed);
      }}
    >
      <fieldset disabled={disabled} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack gap="lg">
          <Part title="Name">
            <TextInput
              label="Name of the campaign"
              description="For yourselves; recipients never see it."
              maw={480}
              maxLength={200}
              value={draft.name}
              error={errors['name']}
              onChange={(e) => set({ name: e.target.value })}
            />
          </Part>
          <ScheduleFields value={draft.schedule} errors={errors} onChange={(schedule) => set({ schedule })} />
          <Rules value={draft} errors={errors} set={set} />
          {save.error && <ErrorState error={save.error} {...(stale && { onRetry: () => submit(changed) })} />}
          {!disabled && (
            <Group>
              <Button type="submit" disabled={!dirty || stale} loading={save.isPending}>
                Save
              </Button>
              {dirty && (
                <Button
                  variant="subtle"
                  onClick={() => {
                    save.reset();
                    setBase(campaign);
                    setDraft(optionsOf(campaign));
                  }}
                >
                  Discard changes
                </Button>
              )}
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}

type Errors = Record<string, string>;
type ScheduleProps = { value: Options['schedule']; errors: Errors; onChange: (value: Options['schedule']) => void };

function ScheduleFields({ value, errors, onChange }: ScheduleProps) {
  const set = (part: Partial<Options['schedule']>) => onChange({ ...value, ...part });
  return (
    <Part title="Schedule" lead="Mails leave only in this window. Hours and speed of each mailbox count, too.">
      <Checkbox.Group
        label="Days"
        value={value.days}
        error={errors['schedule.days']}
        onChange={(days) => days.length > 0 && set({ days: days as Options['schedule']['days'] })}
      >
        <Group mt="xs">
          {DAYS.map((day) => (
            <Checkbox key={day.value} value={day.value} label={day.label} />
          ))}
        </Group>
      </Checkbox.Group>
      <SimpleGrid cols={{ base: 2, sm: 3 }}>
        <TextInput
          type="time"
          label="From"
          value={value.from}
          error={errors['schedule.from']}
          onChange={(e) => e.target.value && set({ from: e.target.value })}
        />
        <TextInput
          type="time"
          label="Until"
          description="Midnight: the end of the day."
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={value.until === '24:00' ? '00:00' : value.until}
          error={errors['schedule.until'] ?? errors['schedule']}
          onChange={(e) => e.target.value && set({ until: e.target.value === '00:00' ? '24:00' : e.target.value })}
        />
      </SimpleGrid>
      <ZoneField value={value.zone} error={errors['schedule.zone']} onChange={(zone) => set({ zone })} />
      <ZoneNote />
    </Part>
  );
}

type RuleProps = { value: Options; errors: Errors; set: (part: Partial<Options>) => void };

function Rules({ value, errors, set }: RuleProps) {
  const guard = value.bounce_guard_percent;
  return (
    <Part title="Options">
      <Switch
        label="Track opens"
        description="Puts an invisible image into mails. Steps that ask whether a mail was opened need it."
        checked={value.track_opens}
        onChange={(e) => set({ track_opens: e.currentTarget.checked })}
      />
      <Switch
        label="Track clicks"
        description="Leads links over this server. Steps that ask about clicks need it."
        checked={value.track_clicks}
        onChange={(e) => set({ track_clicks: e.currentTarget.checked })}
      />
      <Switch
        label="Bounce guard"
        description="Pauses the campaign when too large a share of its mails bounces; it counts from 20 mails on."
        checked={guard !== null}
        onChange={(e) => set({ bounce_guard_percent: e.currentTarget.checked ? 5 : null })}
      />
      {guard !== null && (
        <NumberInput
          label="Pause at this share of bounces"
          w={240}
          min={1}
          max={100}
          suffix=" %"
          allowDecimal={false}
          value={guard}
          error={errors['bounce_guard_percent']}
          onChange={(next) => typeof next === 'number' && set({ bounce_guard_percent: next })}
        />
      )}
      <Radio.Group
        label="When its only mailbox works again after trouble"
        description="In a rotation a repaired mailbox goes on by itself in any case."
        value={value.auto_resume ? 'auto' : 'hand'}
        onChange={(next) => set({ auto_resume: next === 'auto' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="hand" label="Stay paused until somebody resumes it" />
          <Radio value="auto" label="Go on by itself" />
        </Stack>
      </Radio.Group>
    </Part>
  );
}
