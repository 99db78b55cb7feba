/** Why something failed, in words: the message of an error, or whatever else was thrown as text. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
