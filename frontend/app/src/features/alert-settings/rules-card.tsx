import { Button, Group, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import { Part } from '../../components/part.tsx';
import { Spoken } from '../../components/spoken.tsx';
import { ErrorState } from '../../components/states.tsx';
import { notifyOk } from '../../lib/notify.ts';
import { pathErrors } from '../../lib/problem.ts';
import type { AlertRules, RuleChange } from '../../lib/types.ts';
import { usePreview, useSaveRules } from './api.ts';
import { ruleDrafts, toRule, wrongThreshold, wrongVolume } from './draft.ts';
import { isOutdated, useEdits } from './edits.ts';
import { RuleFields } from './rule-fields.tsx';
import { RuleFired } from './rule-fired.tsx';

const LEAD = 'One alert for each time of trouble, and a word when it is over: back within half of the threshold.';

export function RulesCard({ rules, may }: { rules: AlertRules; may: boolean }) {
  const edits = useEdits(ruleDrafts(rules.rules), rules.version);
  const save = useSaveRules();
  const preview = usePreview();
  const [asked, setAsked] = useState<RuleChange[]>([]);
  const wrong = rules.rules.some(
    (rule) =>
      wrongThreshold(rule, edits.value[rule.kind].threshold) ?? wrongVolume(edits.value[rule.kind].minimum_volume),
  );
  const drafts = (kinds = rules.rules.map(({ kind }) => kind)) => kinds.map((kind) => toRule(edits.value[kind]));
  const look = () => {
    setAsked(drafts());
    preview.mutate(drafts());
  };
  const submit = () =>
    save.mutate(
      { version: edits.version, rules: drafts(edits.changed) },
      {
        onSuccess: () => {
          edits.discard();
          notifyOk('Rules saved');
        },
        onError: edits.refused,
      },
    );
  const errors = pathErrors(save.error);
  return (
    <Part title="Rules" lead={LEAD}>
      {rules.rules.map((rule) => (
        <RuleFields
          key={rule.kind}
          rule={rule}
          frequency={rules.frequency}
          value={edits.value[rule.kind]}
          changed={edits.changed.includes(rule.kind)}
          refusal={errors[`rules.${edits.changed.indexOf(rule.kind)}.threshold`]}
          may={may}
          onChange={(patch) => edits.change({ [rule.kind]: { ...edits.value[rule.kind], ...patch } })}
        >
          <RuleFired preview={preview.data} asked={asked} now={toRule(edits.value[rule.kind])} />
        </RuleFields>
      ))}
      {preview.error && <ErrorState error={preview.error} onRetry={look} />}
      {save.error && <ErrorState error={save.error} />}
      {isOutdated(save.error) && edits.dirty && (
        <Text size="sm">
          What is saved now stands below each rule that you changed. Your values are kept; save again to use them.
        </Text>
      )}
      {may && (
        <Group>
          <Button disabled={!edits.dirty || wrong} loading={save.isPending} onClick={submit}>
            Save rules
          </Button>
          <Button
            variant="default"
            disabled={wrong}
            loading={preview.isPending}
            leftSection={<IconHistory size={16} aria-hidden />}
            onClick={look}
          >
            What would have fired in 90 days
          </Button>
          {edits.dirty && (
            <Button variant="subtle" onClick={edits.discard}>
              Discard changes<Spoken>of the rules</Spoken>
            </Button>
          )}
        </Group>
      )}
    </Part>
  );
}
