/** One square: a button with its name, if that fits. */
import { memo } from 'preact/compat';
import { share as shareOf } from '../words.ts';
import { hueClass, toneClass, toneSign } from './cell-colour.ts';
import { cellLabel } from './cell-label.ts';
import { type Drawn, REST } from './use-squares.ts';

interface SquareCellProps {
  readonly square: Drawn;
  /** Whether Tab leads to it. */
  readonly isCurrent: boolean;
}

export const SquareCell = memo(({ square, isCurrent }: SquareCellProps) => {
  const { name, x, y, width, height, share, cell } = square;
  const figure = cell.figure ?? shareOf(share, 1);
  const { hasName, hasFigure } = cellLabel(cell.name, figure, square);
  return (
    <li class="square" style={{ transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px` }}>
      <button
        type="button"
        class={`square-button ${colourOf(square)}`}
        data-name={name}
        tabIndex={isCurrent ? 0 : -1}
        title={cell.title}
        // what is written in it is its name, and the rest then its description
        aria-label={hasName ? undefined : cell.title}
      >
        {hasName && (
          <span class="square-name">
            {cell.tone !== undefined && <span class="square-sign">{toneSign(cell.tone)}</span>}
            {cell.name}
          </span>
        )}
        {hasFigure && <span class="square-figure">{figure}</span>}
      </button>
    </li>
  );
});

function colourOf({ name, cell }: Drawn): string {
  if (name === REST) return 'rest';
  return cell.tone === undefined ? hueClass(name) : toneClass(cell.tone);
}
