import { Fact } from '../../components/evidence-list.tsx';
import { ExactTime } from '../../components/relative-time.tsx';
import { count } from '../../lib/numbers.ts';
import { measured, type RuleCard, thresholdWords } from './rule-card.ts';

const ENDS = { recovered: 'Back within half of the threshold', settled: 'Taken for the new usual level' };

/** What was measured, against what, and from when on the rule alerts. */
export function RuleFacts({ card }: { card: RuleCard }) {
  const value = measured(card.value, card.unit);
  const baseline = measured(card.baseline, card.unit);
  return (
    <dl className="facts">
      <Fact name="Rule">{card.rule_label}</Fact>
      <Fact name="About">{card.subject}</Fact>
      {value && <Fact name="Value">{value}</Fact>}
      <Fact name="Baseline">{baseline ? `${baseline}: ${lower(card.baseline_is)}` : card.baseline_is}</Fact>
      <Fact name="Threshold">{thresholdWords(card)}</Fact>
      {card.volume !== null && (
        <Fact name="Volume">
          {count(card.volume)} messages{card.minimum_volume !== null && `; minimum ${count(card.minimum_volume)}`}
        </Fact>
      )}
      <Fact name="Since">
        <ExactTime iso={card.opened_at} />
      </Fact>
      {card.ended_at && (
        <Fact name="Ended">
          <ExactTime iso={card.ended_at} />
          {card.ended_by && `. ${ENDS[card.ended_by]}.`}
        </Fact>
      )}
    </dl>
  );
}

const lower = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);
