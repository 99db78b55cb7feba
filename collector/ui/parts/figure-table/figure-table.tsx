/** A small table of figures by name: wide ones scroll in their own place. */
import './figure-table.css';
import type { ComponentChildren } from 'preact';

export interface Figure {
  readonly text: ComponentChildren;
  /** The exact one, where `text` is rounded. */
  readonly exact?: string;
}

export interface FigureRow {
  readonly key: string;
  readonly name: ComponentChildren;
  readonly figures: readonly Figure[];
}

interface FigureTableProps {
  readonly label: string;
  /** Of the names, then of each figure. */
  readonly heads: readonly string[];
  readonly rows: readonly FigureRow[];
}

export function FigureTable({ label, heads, rows }: FigureTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="figure-table" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={i} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, figures }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              {figures.map(({ text, exact }, i) => (
                <td key={i} title={exact}>
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
