/** Which probe a command reads a process by, and what its rows can be. */
import { CLASSIFIERS, classifierNamed } from '../../agent/classify/classifiers.ts';
import { PROBE_CLASSIFIERS } from '../../agent/classify/probe-classifiers.ts';
import { UsageError } from '../terminal/exit.ts';

/** Classifiers that ask for V8's object ids, which a walk does not know. */
const BY_IDS: ReadonlySet<string> = new Set(['id', 'age']);

/** Whether a walk can tell objects apart so. */
export function isWalked(by: string): boolean {
  return by.split('&').every((each) => !BY_IDS.has(each) && CLASSIFIERS.some((known) => known.by === each));
}

function walkedClassifier(by = 'kind'): string {
  const wanted = classifierNamed(by).by;
  if (isWalked(wanted)) return wanted;
  throw new UsageError(`Cannot walk by ${wanted}: a walk knows no object ids of V8's, use --probe snapshot`);
}

/** The probes that give a table of the heap as it is, cheapest first. */
export const LIVE_PROBES = ['walk', 'types', 'census', 'snapshot'] as const;
export type LiveProbe = (typeof LIVE_PROBES)[number];
/** Those that ask an inspector. */
export type AttachedProbe = Exclude<LiveProbe, 'walk'>;

export const BY_HELP = `what a row is: ${CLASSIFIERS.map(({ by }) => by).join(', ')}; or several with & between them`;

/** The name of a classifier of any probe. @throws RangeError for one that there is not */
export function anyClassifier(by: string): string {
  return by === 'instanceType' ? by : classifierNamed(by).by;
}

/** What a probe's rows are. @throws UsageError for what they cannot be */
export function classifierOf(probe: LiveProbe, by: string | undefined): string {
  if (probe === 'snapshot') return classifierNamed(by ?? 'kind').by;
  if (probe === 'walk') return walkedClassifier(by);
  const rows = PROBE_CLASSIFIERS[probe];
  const wanted = by ?? (rows[0] as string);
  if (rows.includes(wanted)) return wanted;
  throw new UsageError(`Cannot take ${probe} by ${wanted}: expected --by ${rows.join(' or ')}, or --probe snapshot`);
}
