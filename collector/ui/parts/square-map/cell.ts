/** A part of a whole, as a square map shows it. */
export interface Cell {
  readonly name: string;
  /** Its share of the whole, in whatever unit. */
  readonly value: number;
  /** How it changes, −1 (goes) to 1 (grows); absent: not known. */
  readonly tone?: number;
  /** In words, for screen readers and for the pointer that rests on it. */
  readonly title: string;
  /** What is below its name; absent: its share of the whole. */
  readonly figure?: string;
}
