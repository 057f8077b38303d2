import { Anchor, Card, Checkbox, Code, Group, Stack, Text, Title } from '@mantine/core';
import { Fact } from '../../components/evidence-list.tsx';
import { useRightsTo } from '../../components/managed.tsx';
import { ExactTime, RelativeTime } from '../../components/relative-time.tsx';
import { ToneBadge } from '../../components/tone-badge.tsx';
import { count } from '../../lib/numbers.ts';
import type { ChecklistStep, Listing, StepChange } from '../../lib/types.ts';
import { useTickStep } from './api.ts';

const ENDINGS = { delisted: 'No longer listed', unwatched: 'Not watched any more' };

/** One time on a list, with the way off it. */
export function ListingCard({ listing }: { listing: Listing }) {
  const { asset, list_name: list, ending, times } = listing;
  return (
    <Card component="section" aria-label={`${asset} on ${list}`} p="md">
      <Group justify="space-between" gap="xs">
        <Title order={3} className="break-anywhere">
          {asset} on {list}
        </Title>
        <Group gap={6}>
          {times > 1 && <ToneBadge tone="warning">Listed {count(times)} times</ToneBadge>}
          <ToneBadge tone={ending ? 'gray' : 'danger'}>
            {ending ? ENDINGS[ending] : `Listed, tier ${listing.tier}`}
          </ToneBadge>
        </Group>
      </Group>
      <Facts listing={listing} />
      <Checklist listing={listing} />
    </Card>
  );
}

function Facts({ listing }: { listing: Listing }) {
  const { codes, said, shared, ended_at: ended, ends_by_itself_at: byItself } = listing;
  return (
    <dl className="facts" style={{ marginBlock: 12 }}>
      <Fact name="Operator">{listing.operator}</Fact>
      <Fact name="Since">
        <ExactTime iso={listing.first_seen_at} />
      </Fact>
      {ended ? (
        <Fact name="Ended">
          <ExactTime iso={ended} />
        </Fact>
      ) : (
        <Fact name="Last seen">
          <RelativeTime iso={listing.last_seen_at} />
        </Fact>
      )}
      <Fact name="Meaning">
        {codes.map(({ code, meaning, cause }) => (
          <div key={code}>
            {meaning}
            {cause && ` (${cause})`} <Code>{code}</Code>
          </div>
        ))}
      </Fact>
      {said && <Fact name="It says">{said}</Fact>}
      {shared && <Fact name="Whose">An address shared with others: its provider has to take it off.</Fact>}
      {byItself && (
        <Fact name="Ends by itself">
          <RelativeTime iso={byItself} />, without a new cause
        </Fact>
      )}
    </dl>
  );
}

/** The last step ticks itself when the entry is gone; the others are for people, who see each other's ticks. */
function Checklist({ listing }: { listing: Listing }) {
  const { may, reason } = useRightsTo('domains:write');
  const tick = useTickStep(listing.id);
  const closed = !may || listing.ending !== null;
  return (
    <section aria-label="The way off the list">
      <Text size="sm" fw={600} mb="xs">
        The way off the list
      </Text>
      <Stack component="ol" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
        {listing.checklist.map((step) => (
          <li key={step.step}>
            <Checkbox
              label={step.title}
              description={<StepWords step={step} />}
              checked={step.done}
              disabled={closed || step.automatic}
              onChange={(e) => tick.mutate({ step: step.step as StepChange['step'], done: e.currentTarget.checked })}
            />
            {step.link && (
              <Anchor size="sm" ms={32} href={step.link} target="_blank" rel="noreferrer" underline="always">
                Open {new URL(step.link).host}
              </Anchor>
            )}
          </li>
        ))}
      </Stack>
      {!may && (
        <Text size="sm" mt="xs">
          {reason}
        </Text>
      )}
    </section>
  );
}

function StepWords({ step }: { step: ChecklistStep }) {
  return (
    <>
      {step.text}
      {step.automatic && ' Ticked by us.'}
      {step.done && step.changed_at && (
        <>
          {' '}
          Done{step.changed_by_name && ` by ${step.changed_by_name}`}, <ExactTime iso={step.changed_at} />.
        </>
      )}
    </>
  );
}
