/** What every reader of snapshot bytes throws when the bytes are no whole heap snapshot. Exit code 5. */

export class SnapshotSyntaxError extends SyntaxError {
  override name = 'SnapshotSyntaxError';
  /** Position of the first byte that cannot be right, counted from the start of the (unpacked) snapshot. */
  readonly byteOffset: number;

  /** @param reason expected and got, `expected a number in "nodes", got "x"`; the action and the position are added. */
  constructor(reason: string, byteOffset: number) {
    super(`Cannot read snapshot: ${reason} at byte ${byteOffset}`);
    this.byteOffset = byteOffset;
  }

  /** The same, with a file's name: `Cannot read a.heapsnapshot: …`. */
  of(file: string): SnapshotSyntaxError {
    const error = new SnapshotSyntaxError('', this.byteOffset);
    error.message = this.message.replace(/^Cannot read snapshot:/, `Cannot read ${file}:`);
    error.cause = this;
    return error;
  }
}
