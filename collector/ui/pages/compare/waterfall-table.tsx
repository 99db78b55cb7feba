/** The way from B's total to A's, as a table whose rows have bars. */
import type { ComponentChildren } from 'preact';
import { Link } from '../../address/link.tsx';
import { count, signedCount, signedSize, size } from '../../parts/words.ts';
import type { Measure, Step, Waterfall } from './waterfall.ts';

interface WaterfallTableProps {
  readonly waterfall: Waterfall;
  readonly measure: Measure;
  /** Where a kind's name leads to; undefined for what is no kind. */
  readonly linkOf: (kind: string) => { readonly target: string; readonly kind: string } | undefined;
  /** What is in the first row and the last. */
  readonly names: { readonly a: string; readonly b: string };
}

const SIGNS = { total: '', grows: '▲', shrinks: '▼', same: '' } as const;

export function WaterfallTable({ waterfall, measure, linkOf, names }: WaterfallTableProps) {
  const { steps, begin, end } = waterfall;
  const total = measure === 'count' ? count : size;
  return (
    <>
      <table class="waterfall">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <td class="waterfall-way" />
            <th scope="col">{measure === 'count' ? 'Objects' : 'Size'}</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, index) => (
            <tr key={`${step.sort === 'total'} ${step.kind}`} class={`waterfall-${step.sort}`}>
              <th scope="row">
                <StepName step={step} linkOf={linkOf} total={index === 0 ? `B, ${names.b}` : `A, ${names.a}`} />
              </th>
              <td class="waterfall-way" aria-hidden="true">
                <Bar step={step} begin={begin} end={end} />
              </td>
              <td class="figures" title={exactOf(step)}>
                <Figure step={step} measure={measure} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {begin > 0 && <p class="hint">The bars begin at {total(begin)}, not at 0.</p>}
    </>
  );
}

interface StepNameProps {
  readonly step: Step;
  readonly linkOf: WaterfallTableProps['linkOf'];
  /** What a total is called. */
  readonly total: string;
}

function StepName({ step: { sort, kind }, linkOf, total }: StepNameProps): ComponentChildren {
  if (sort === 'total') return <strong>{total}</strong>;
  const to = linkOf(kind);
  return to ? <Link to={{ page: 'kind', ...to }}>{kind}</Link> : kind;
}

function Bar({ step: { from, to }, begin, end }: { step: Step; begin: number; end: number }) {
  const scale = end > begin ? 100 / (end - begin) : 0;
  const left = (Math.min(from, to) - begin) * scale;
  const width = Math.abs(to - from) * scale;
  return <span class="waterfall-bar" style={{ marginLeft: `${left}%`, width: `${width}%` }} />;
}

function Figure({ step, measure }: { step: Step; measure: Measure }) {
  const { sort, from, to, estimated } = step;
  const [whole, change] = measure === 'count' ? [count, signedCount] : [size, signedSize];
  return (
    <>
      {SIGNS[sort]} {estimated && '~'}
      {sort === 'total' ? whole(to) : change(to - from)}
    </>
  );
}

function exactOf({ sort, from, to }: Step): string {
  return (sort === 'total' ? to : to - from).toLocaleString('en-US');
}
