/** Claims on processes: by V8's random isolate id and the pid, which are the same whoever attaches. */
import type { Claims } from '../fleet/claims.ts';
import { token } from '../fleet/subjects.ts';
import type { TargetClaims } from '../targets/target-claims.ts';

export function processClaims(claims: Claims): TargetClaims {
  return {
    ready: (signal) => claims.ready(signal),
    claim: ({ key }, signal) => claims.claim(keyOf(key), signal),
    free: ({ key }, signal) => claims.free(keyOf(key), signal),
  };
}

function keyOf(process: string): string {
  return `target.${token(process)}`;
}
