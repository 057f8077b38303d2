import { Progress, Title } from '@mantine/core';
import { TableBox } from '../../components/data-table.tsx';
import { points } from '../../lib/score.ts';
import type { ScoreLine, ScoreOutcome } from '../../lib/types.ts';

/** A bar repeats what the numbers say; on a phone these have the room. */
const WIDE = 'mantine-visible-from-sm';

type Props = { score: Pick<ScoreOutcome, 'lines' | 'points' | 'score'>; title?: string };

/** The lines add up to the points exactly, the limit among them; the score is the points rounded down. */
export function ScoreLines({ score, title = 'What it is made of' }: Props) {
  return (
    <section aria-label={title}>
      <Title order={3} mb="xs">
        {title}
      </Title>
      <TableBox label={title}>
        <table className="table table-dense">
          <thead>
            <tr>
              <th>Line</th>
              <th className={WIDE} style={{ width: '25%' }}>
                Share of its maximum
              </th>
              <th className="num">Points</th>
              <th className="num">Of</th>
            </tr>
          </thead>
          <tbody>
            {score.lines.map((line) => (
              <LineRow key={line.name} line={line} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">
                Together
                {score.score !== null && <span className="sub">Score {score.score}, rounded down</span>}
              </th>
              <td className={WIDE} />
              <td className="num">
                <strong>{points(score.points)}</strong>
              </td>
              <td className="num">100</td>
            </tr>
          </tfoot>
        </table>
      </TableBox>
    </section>
  );
}

function LineRow({ line }: { line: ScoreLine }) {
  const limit = line.name === 'limit';
  return (
    <tr>
      <td>
        {line.label}
        <span className="sub">{line.explanation}</span>
        {line.parts.length > 1 && <Parts line={line} />}
        {!line.assessed && <span className="sub">Not assessed: nobody can tell. The other lines weigh more.</span>}
      </td>
      <td className={WIDE}>
        {!limit && line.assessed && line.max > 0 && (
          <Progress
            value={(100 * line.points) / line.max}
            size="sm"
            aria-label={`${line.label}, share of its maximum`}
          />
        )}
      </td>
      <td className="num">{line.assessed ? points(line.points) : '–'}</td>
      <td className="num">{limit ? '' : points(line.max)}</td>
    </tr>
  );
}

function Parts({ line }: { line: ScoreLine }) {
  const words = line.parts.map((part) =>
    part.assessed ? `${part.label} ${points(part.points)} of ${points(part.max)}` : `${part.label} not assessed`,
  );
  return <span className="sub">{words.join(' · ')}</span>;
}
