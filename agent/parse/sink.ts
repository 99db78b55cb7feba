/** A push parser: it is handed a snapshot's bytes as they arrive and gives what it made of them when they have ended. */

export interface SnapshotSink<T> {
  /**
   * Takes the next bytes, cut anywhere; they are copied where they are kept, so the caller may use the buffer again.
   * @throws SnapshotSyntaxError
   */
  write(bytes: Uint8Array): void;
  /**
   * Says that the snapshot has ended and gives the result; called once, after the last `write`.
   * @throws SnapshotSyntaxError where it ended too early
   */
  end(): T;
}
