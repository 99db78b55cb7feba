/** One object: what it refers to, what refers to it, and what keeps it alive. */
import './object-detail.css';
import { useEffect, useRef } from 'preact/hooks';
import type { AnswerTo } from '../../../../protocol/explore.ts';
import { choose } from '../../address/navigation.ts';
import { count, size } from '../../parts/words.ts';
import { useAnswer } from './answer.ts';
import { Asked } from './asked.tsx';
import { Paths } from './kind-paths.tsx';
import { ObjectLink } from './object-link.tsx';
import type { Subject } from './subject.ts';

type Steps = AnswerTo<'object'>['properties'];

interface ObjectDetailProps {
  readonly subject: Subject;
  readonly id: number;
}

export function ObjectDetail({ subject: { target, isolate, snapshot }, id }: ObjectDetailProps) {
  const where = { target, isolate, snapshot, id };
  const answer = useAnswer({ question: 'object', ...where });
  const paths = useAnswer({ question: 'paths', ...where });
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.focus(), [id]);
  return (
    <section class="panel object-detail" ref={section} tabIndex={-1} aria-label={`Object @${id}`}>
      <Asked answer={answer.value}>
        {({ object, properties, referrers, omitted }) => (
          <>
            <div class="object-detail-head">
              <h3>
                {object.name} <small>{object.kind}</small>
              </h3>
              <button type="button" onClick={() => choose({ object: undefined })}>
                Close
              </button>
            </div>
            <p class="figures">
              {size(object.sizeBytes)}, retains{' '}
              <strong title={`${object.retainedBytes} bytes`}>{size(object.retainedBytes)}</strong>
            </p>
            <div class="kind-columns">
              <StepList title="Referred to by" steps={referrers} omitted={omitted.referrers} />
              <StepList title="Refers to" steps={properties} omitted={omitted.properties} />
            </div>
          </>
        )}
      </Asked>
      <h4>What holds it</h4>
      <Asked answer={paths.value}>{(found) => <Paths {...found} />}</Asked>
    </section>
  );
}

function StepList({ title, steps, omitted }: { title: string; steps: Steps; omitted: number }) {
  return (
    <div>
      <h4>{title}</h4>
      {steps.length === 0 && <p class="hint">Nothing that a program sees.</p>}
      <ul class="object-detail-steps">
        {steps.map(({ by, kind, id, name }, i) => (
          <li key={i}>
            <code>{by}</code> <ObjectLink id={id} name={name} kind={kind} />
          </li>
        ))}
      </ul>
      {omitted > 0 && <p class="hint">{count(omitted)} more.</p>}
    </div>
  );
}
