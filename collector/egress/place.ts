/** Where snapshots are sent: what a bucket, a server that takes PUT and a folder have in common. */

/** A file that is there as a whole. */
export interface PlacedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** ISO 8601. */
  readonly placedAt: string;
}

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes are there. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface Place {
  /** For people and messages: without anything secret. */
  readonly name: string;
  /** Of a file, as people write it: `s3://heaps/prod/api.main.….heapsnapshot`. */
  addressOf(name: string): string;
  /** Sends a file; it is there as a whole, or not at all. @throws Error of one line; the reason of the signal */
  send(path: string, name: string, options?: SendOptions): Promise<void>;
  /** What is there; undefined where nobody can ask. @throws Error of one line */
  list(signal?: AbortSignal): Promise<PlacedFile[] | undefined>;
  /** @throws Error of one line */
  remove(name: string, signal?: AbortSignal): Promise<void>;
  /** Ends what somebody who was killed has left half-sent. @throws Error of one line */
  clear(signal?: AbortSignal): Promise<void>;
  /** An address by which anybody may fetch a file until then; undefined where there is none. */
  link?(name: string, seconds: number): Promise<string>;
}
