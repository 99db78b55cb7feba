/** WeakRefs and cells of registries whose objects are gone: what is left of them is held and never taken out. */
import type { Finding } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import type { Facts } from './facts.ts';
import { severer, severityOf } from './severity.ts';
import { together } from './together.ts';
import { weakRefsOf } from './weak-holds.ts';
import { counted } from './words.ts';

const LEAST = 500;
const MANY = 5_000;

export function emptyWeakReferences(facts: Facts): Finding[] {
  const { full, empty } = weakRefsOf(facts);
  if (empty.length < LEAST || empty.length < full) return [];
  const sizeBytes = together(facts, empty);
  const severity = severityOf(sizeBytes, facts.sizeBytes);
  return [
    {
      finding: 'empty weak references',
      severity: severer(severity, empty.length >= MANY ? 'medium' : 'low'),
      confidence: 'certain',
      title: `${humanCount(empty.length)} of ${counted(empty.length + full, 'WeakRef')} are empty: ${humanSize(sizeBytes)}, and what holds them`,
      reason:
        'What they referred to has been collected. Whatever keeps them, with a key for each, grows by what it was meant to let go.',
      sizeBytes,
      count: empty.length,
      ...facts.holding(empty),
      next: 'take the entry out when its object goes: a FinalizationRegistry, or a sweep; or a WeakMap from the object',
    },
  ];
}
