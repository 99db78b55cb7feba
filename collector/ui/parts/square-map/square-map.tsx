/** A square map: each part of a whole as a rectangle of its share. */

export interface Cell {
  readonly name: string;
  /** Its share of the whole, in whatever unit. */
  readonly value: number;
  /** How it changes, −1 (goes) to 1 (grows); absent: it is not told. */
  readonly tone?: number;
  /** In words, for those who do not see it and for the pointer that rests on it. */
  readonly title: string;
}

interface SquareMapProps {
  readonly cells: readonly Cell[];
  readonly label: string;
  /** Goes into a cell. */
  readonly onOpen?: (name: string) => void;
  /** Goes out again; `trail` says where one is. */
  readonly onBack?: () => void;
  readonly trail?: readonly string[];
}

export function SquareMap({ cells, label }: SquareMapProps) {
  return (
    <ul aria-label={label}>
      {cells.map(({ name, title }) => (
        <li key={name}>{title}</li>
      ))}
    </ul>
  );
}
