/** How contents are to be replaced: the rules, and the key that replacements depend on. */
import { createHash, randomBytes } from 'node:crypto';
import type { RedactionRules } from './rules.ts';

export interface Redaction extends RedactionRules {
  /** `KEY_BYTES` of them: the same key gives the same text the same replacement, in any snapshot. */
  readonly key: Uint8Array;
}

const KEY_BYTES = 32;

/** With a key of its own, known to nobody: replacements of this redaction can be compared with each other alone. */
export function freshRedaction(rules: RedactionRules = {}): Redaction {
  return { ...rules, key: randomBytes(KEY_BYTES) };
}

/** The key that a secret of any length stands for. */
export function keyOf(secret: string): Uint8Array {
  return createHash('sha256').update(secret).digest();
}
