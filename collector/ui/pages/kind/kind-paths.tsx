/** What keeps the objects of a kind alive: shortest paths, the holding variable and its script first. */
import './kind-paths.css';
import type { AnswerTo } from '../../../../protocol/explore.ts';
import { HoldingPath } from '../../parts/holding-path/holding-path.tsx';
import { useAnswer } from './answer.ts';
import { Asked } from './asked.tsx';
import { ObjectLink } from './object-link.tsx';
import type { Subject } from './subject.ts';

type ShownPath = AnswerTo<'paths'>['paths'][number];

export function KindPaths({ subject }: { subject: Subject }) {
  const answer = useAnswer({ question: 'paths', ...subject });
  return (
    <section class="panel" aria-labelledby="paths">
      <h3 id="paths">What holds them</h3>
      <Asked answer={answer.value}>{(paths) => <Paths {...paths} />}</Asked>
    </section>
  );
}

export function Paths({ numPaths, paths }: AnswerTo<'paths'>) {
  if (paths.length === 0) {
    return <p class="hint">No path leads to them: only V8 itself holds them, or what is dead and not yet collected.</p>;
  }
  return (
    <>
      <ol class="kind-paths">
        {paths.map((path) => (
          <li key={path.text}>
            <PathItem path={path} />
          </li>
        ))}
      </ol>
      <p class="hint">
        {paths.length === 1 ? 'The shortest path' : `${paths.length} of the shortest paths`}; of paths that differ in an
        index or a key only, one is shown. Shortest paths in all: {numPaths}.
      </p>
    </>
  );
}

function PathItem({ path: { text, steps, holder } }: { path: ShownPath }) {
  return (
    <>
      <HoldingPath text={text} headline />
      {holder && (
        <p class="kind-paths-script">
          <small>in</small> <code>{holder.line === undefined ? holder.script : `${holder.script}:${holder.line}`}</code>
        </p>
      )}
      <details>
        <summary>Object by object</summary>
        <ol class="kind-steps">
          {steps.map(({ by, kind, id, name }, i) => (
            <li key={i}>
              <code>{by}</code> <ObjectLink id={id} name={name} kind={kind} />
            </li>
          ))}
        </ol>
      </details>
    </>
  );
}
