/** What can end a conversation with a target; the classes that somebody catches. */

/** Nothing could be attached to: nobody listens, it is no inspector, it does not answer. Exit code 3. */
export class AttachError extends Error {
  override name = 'AttachError';
}

/** The target went away, or its connection did, while something was pending on it. Exit code 3. */
export class DetachedError extends Error {
  override name = 'DetachedError';
}

/** The target evaluated, but to something else than was asked for: it is no Node.js, or its globals are replaced. */
export class AnswerError extends Error {
  override name = 'AnswerError';
}

/** Object ids of two snapshots cannot be compared: they do not mean the same objects any more. */
export class EpochError extends Error {
  override name = 'EpochError';
}

/** What everybody gets who compares with the checkpoint of that name after ids were reset. */
export function epochError(label: string): EpochError {
  return new EpochError(
    `Cannot compare with checkpoint "${label}": object ids of this isolate were reset since then, because an inspector ` +
      'session of it was closed; take a new checkpoint',
  );
}

/** The target refused a command. */
export class ProtocolError extends Error {
  override name = 'ProtocolError';
  readonly method: string;
  /** JSON-RPC's: -32601 for a method that the target does not know, -32000 for a refusal by the method itself. */
  readonly code: number;

  constructor(method: string, code: number, reason: string) {
    super(`${method} was refused by the target: ${reason} (${code})`);
    this.method = method;
    this.code = code;
  }
}
