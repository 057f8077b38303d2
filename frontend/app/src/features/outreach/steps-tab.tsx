import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { EmptyState, ErrorState } from '../../components/states.tsx';
import type { OutreachRecipient } from '../../lib/types.ts';
import { checkOptions, someRecipientsOptions, type Versioned } from './api.ts';
import { Conflict } from './conflict.tsx';
import { type Draft, editOf, faults, moved, newStep, type StepEdit, sentUpTo } from './draft.ts';
import { fieldsIn, neededIn, OWN_FIELDS } from './fields.ts';
import { Preview } from './preview.tsx';
import { StepCard } from './step-card.tsx';
import { useSteps } from './use-steps.ts';

const MOST_STEPS = 30;

type Props = { campaign: Versioned; draft: Draft | null; onDraft: (draft: Draft | null) => void };

export default function StepsTab({ campaign, draft, onDraft }: Props) {
  const steps = draft?.steps ?? campaign.steps.map(editOf);
  const sample = useQuery(someRecipientsOptions(campaign.id)).data?.data ?? [];
  const saving = useSteps(campaign, draft, onDraft);
  const disabled = !campaign.may_change || campaign.state === 'archived';
  const change = (next: StepEdit[]) => onDraft({ steps: next, base: draft?.base ?? campaign });
  const edit = (index: number, part: Partial<StepEdit>) =>
    change(steps.map((step, at) => (at === index ? { ...step, ...part } : step)));
  const local = faults(steps);
  const errors = { ...(saving.tried ? local : {}), ...saving.errors };
  return (
    <Stack gap="lg">
      <MissingNote campaign={campaign} />
      {steps.length === 0 && (
        <EmptyState title="No steps yet">
          The first step begins the thread; later ones follow it, or begin another.
        </EmptyState>
      )}
      {steps.map((step, index) => (
        <StepCard
          key={step.key}
          number={index + 1}
          step={step}
          fields={fieldsOf(sample)}
          errors={errors}
          warnings={warningsOf(step, sample)}
          disabled={disabled}
          onChange={(part) => edit(index, part)}
          onMove={{
            up: index > sentUpTo(steps) ? () => change(moved(steps, index, index - 1)) : undefined,
            down: index < steps.length - 1 ? () => change(moved(steps, index, index + 1)) : undefined,
          }}
          onRemove={() => change(steps.filter((_, at) => at !== index))}
        />
      ))}
      {saving.conflict && draft && (
        <Conflict
          base={draft.base}
          theirs={saving.conflict}
          pending={saving.pending}
          onMine={() => saving.save(saving.conflict ?? draft.base)}
          onTheirs={saving.discard}
        />
      )}
      {saving.error != null && <ErrorState error={saving.error} />}
      {!disabled && (
        <Group>
          <Button
            disabled={draft === null}
            loading={saving.pending}
            onClick={() => (Object.keys(local).length === 0 ? saving.save() : saving.markTried())}
          >
            Save steps
          </Button>
          <Button
            variant="default"
            disabled={steps.length >= MOST_STEPS}
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => change([...steps, newStep(steps.length + 1)])}
          >
            Add step
          </Button>
          {draft && (
            <Button variant="subtle" onClick={saving.discard}>
              Discard changes
            </Button>
          )}
        </Group>
      )}
      {campaign.steps.length > 0 && <Preview campaign={campaign} dirty={draft !== null} />}
    </Stack>
  );
}

/** Counted by the server over all recipients, for the steps as they are saved. */
function MissingNote({ campaign }: { campaign: Versioned }) {
  const check = useQuery({ ...checkOptions(campaign.id), enabled: campaign.state === 'draft' });
  const missing = check.data?.hindrances.filter((one) => one.code === 'missing_fields') ?? [];
  if (missing.length === 0) return null;
  return (
    <Alert color="warning" variant="light" p="sm" title="Fields are missing">
      {missing.map((one) => (
        <Text key={one.detail} size="sm">
          {one.detail}
        </Text>
      ))}
    </Alert>
  );
}

const fieldsOf = (sample: OutreachRecipient[]) => [
  ...OWN_FIELDS,
  ...new Set(sample.flatMap((one) => Object.keys(one.fields)).filter((name) => !OWN_FIELDS.includes(name))),
];

/** While somebody writes: what no recipient that we looked at has. */
function warningsOf(step: StepEdit, sample: OutreachRecipient[]): string[] {
  if (sample.length === 0) return [];
  const known = new Set(fieldsOf(sample));
  const unknown = [...fieldsIn(step.subject ?? '', step.html)].filter((name) => !known.has(name));
  const needed = neededIn(step.subject ?? '', step.html);
  return unknown.map((name) =>
    needed.has(name)
      ? `No recipient has a field “${name}”. Give it a fallback: {{${name}|…}}.`
      : `No recipient has a field “${name}”: everybody gets its fallback.`,
  );
}
