/** One path that keeps objects alive: each variable with its script, from the root on. */
import './holding-path.css';
import { holderOf, type PathPart, pathParts, shortScript } from './path-parts.ts';

interface HoldingPathProps {
  readonly text: string;
  /** Whether the variable that holds the objects, and its script, stand above it once more, to be seen at a glance. */
  readonly headline?: boolean;
}

export function HoldingPath({ text, headline = false }: HoldingPathProps) {
  const parts = pathParts(text);
  return (
    <>
      {headline && <Headline holder={holderOf(parts)} />}
      <ol class="holding-path" title={text}>
        {parts.map((part, i) => (
          <li key={i}>
            <Step part={part} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Headline({ holder }: { holder: PathPart | undefined }) {
  if (!holder || holder.variable === '') return null;
  return (
    <p class="holding-path-headline">
      <code>{holder.variable}</code> {holder.owner === '' ? 'of' : `in ${holder.owner} of`}{' '}
      <code title={holder.script}>{shortScript(holder.script)}</code>
    </p>
  );
}

function Step({ part: { word, owner, script, variable, rest } }: { part: PathPart }) {
  return (
    <>
      {(variable !== '' || rest !== '') && (
        <code>
          {variable !== '' && <strong>{variable}</strong>}
          {rest}
        </code>
      )}{' '}
      <span class="holding-path-where">
        {[word === 'closure' ? 'in' : word, owner].filter(Boolean).join(' ')}
        {script !== '' && (
          <span title={script}> {owner === '' ? shortScript(script) : `(${shortScript(script)})`}</span>
        )}
      </span>
    </>
  );
}
