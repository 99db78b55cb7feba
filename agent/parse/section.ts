/** What reads one section of a snapshot: the value of one key of its outermost object. */

export interface SectionReader {
  /** Whether the value has been read whole. */
  readonly done: boolean;
  /**
   * Takes `bytes` from `from` on, the value's first byte (no white space before it) or where the last call left off.
   * Gives where it stopped: after the value's last byte when `done`, else `bytes.length`.
   * @param offset of `bytes[0]` in the snapshot, for errors
   * @throws SnapshotSyntaxError
   */
  read(bytes: Uint8Array, from: number, offset: number): number;
}
