/** Why an alert is in its state: its rule's words, and the figures that it rests on. */
import './alert-reason.css';
import type { Alert, AlertFigures } from '../../../../protocol/alert.ts';
import { amount, perHour } from '../../parts/words.ts';

type Unit = Alert['unit'];

export function AlertReason({ alert: { reason, figures, fired, unit, incarnation } }: { alert: Alert }) {
  return (
    <section>
      <h3>Why</h3>
      <p class="alert-why">{reason}</p>
      <dl class="alert-figures">
        {rowsOf(figures, fired, unit).map(([name, text, exact]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="figures" title={exact}>
              {text}
            </dd>
          </div>
        ))}
      </dl>
      {incarnation !== undefined && <small>Process: {incarnation}</small>}
    </section>
  );
}

/** Of now; and beside them what there was when it fired, where that is another. */
function rowsOf(figures: AlertFigures, fired: AlertFigures | undefined, unit: Unit): [string, string, string][] {
  const rows = figuresOf(figures, unit);
  if (fired === undefined || fired.value === figures.value) return rows;
  return [...rows, ['when it fired', amount(fired.value, unit), `${fired.value.toLocaleString('en-US')} ${unit}`]];
}

/** Name, rounded text, exact text. */
function figuresOf(figures: AlertFigures, unit: Unit): [string, string, string][] {
  const { value, before, perHour: slope, lowerPerHour, upperPerHour, smallestPerHour } = figures;
  const exactly = (figure: number, per = '') => `${figure.toLocaleString('en-US')} ${unit}${per}`;
  const rows: [string, string, string][] = [[unit === 'bytes' ? 'size' : unit, amount(value, unit), exactly(value)]];
  if (before !== undefined) {
    rows.push(['at the start of the window', amount(before, unit), exactly(before)]);
    rows.push(['more than then', amount(value - before, unit), exactly(value - before)]);
  }
  if (figures.fillsTo !== undefined)
    rows.push(['fills up to about', amount(figures.fillsTo, unit), exactly(figures.fillsTo)]);
  if (slope !== undefined) rows.push(['rate', perHour(slope, unit), exactly(slope, '/h')]);
  if (lowerPerHour !== undefined && upperPerHour !== undefined) {
    const ends = [lowerPerHour, upperPerHour];
    rows.push([
      'interval of the rate',
      ends.map((end) => perHour(end, unit)).join(' to '),
      ends.map((end) => exactly(end, '/h')).join(' to '),
    ]);
  }
  if (smallestPerHour !== undefined) {
    rows.push(['smallest rate that would show', perHour(smallestPerHour, unit), exactly(smallestPerHour, '/h')]);
  }
  return rows;
}
