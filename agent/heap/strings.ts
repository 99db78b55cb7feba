/** The strings of a snapshot, kept as the bytes they came as until somebody looks at one. */

export interface StringTable {
  readonly count: number;
  /** The string at `index`, unescaped. */
  get(index: number): string;
  /** The bytes at `index` as they stand in the file: JSON-escaped, without quotes; a view, not a copy. */
  bytes(index: number): Uint8Array;
  /** Whether the string at `index` is `ascii` (plain ASCII without quotes or backslashes). */
  equals(index: number, ascii: string): boolean;
  /** Index of the first string that is `ascii`, or -1. Linear. */
  find(ascii: string): number;
}
