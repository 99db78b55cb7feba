/** One path that keeps objects alive: each variable with its script, from the root on. */
import './holding-path.css';
import { type PathPart, pathParts, shortScript } from './path-parts.ts';

export function HoldingPath({ text }: { text: string }) {
  return (
    <ol class="holding-path" title={text}>
      {pathParts(text).map((part, i) => (
        <li key={i}>
          <Step part={part} />
        </li>
      ))}
    </ol>
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
