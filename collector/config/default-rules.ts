/**
 * The rules of who has written none: what grows for good in any program. In a file each is changed, or switched off, by its name:
 *
 *     alerts: default                                            all of them; so does a file without "alerts"
 *     alerts: [default, { name: ExternalGrows, off: true }]      all but one
 *     alerts: [default, { name: HeapGrows, when: { trend: 1MB/h, within: 24h } }, { name: SessionLeak, … }]
 *     alerts: []                                                 none
 */

/** The word that stands for all of them. */
export const DEFAULT = 'default';

/** What they find in one isolate at one time is one incident, for every receiver. */
const SHARED = { group: 'Memory', escalate: 'snapshot', notify: ['*'] };

/** As they would be written in a file, by name. */
const DEFAULT_RULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  HeapGrows: {
    watch: { usage: 'heapUsed', isolates: 'each' },
    when: { trend: '5MB/h', within: '24h' },
    warmUp: '2m',
    annotations: { summary: 'The heap of {{target}} grows by {{slope}}' },
    ...SHARED,
  },
  ExternalGrows: {
    watch: { usage: 'external', isolates: 'each' },
    when: { trend: '5MB/h', within: '24h' },
    warmUp: '2m',
    annotations: { summary: 'Memory outside the heap of {{target}} grows by {{slope}}' },
    ...SHARED,
  },
  NearLimit: {
    watch: { usage: 'rss' },
    when: { above: '85% of limit', below: '75%' },
    for: '1m',
    annotations: { summary: '{{target}} uses {{value}} of {{limit}}' },
    ...SHARED,
  },
  HeapNearLimit: {
    watch: { usage: 'heapUsed', isolates: 'each' },
    when: { above: '85% of heapLimit', below: '75%' },
    annotations: { summary: 'The heap of {{target}} uses {{value}} of {{limit}}' },
    ...SHARED,
  },
  Restarts: {
    when: { restarts: 3, within: '10m' },
    annotations: { summary: '{{target}} has restarted {{value}} times' },
    ...SHARED,
    escalate: false,
  },
  DiedOfMemory: {
    when: { died: 'oom' },
    annotations: { summary: '{{target}} has died for want of memory' },
    ...SHARED,
    escalate: false,
  },
};

/** What is run where a schedule does not give them their readings: nothing. Only what somebody wrote has to be right. */
export function isDefaultRule(name: string): boolean {
  return Object.hasOwn(DEFAULT_RULES, name);
}

/**
 * What a file says of alerts, with the default rules in their place. Rules of the file keep their places in the list, so that
 * what is wrong with them is said of the right line.
 */
export function withDefaultRules(written: unknown): unknown {
  if (written === undefined || written === DEFAULT) return withDefaultRules([DEFAULT]);
  if (!Array.isArray(written)) return written;
  const entries: readonly unknown[] = written;
  if (!entries.includes(DEFAULT)) return written;
  const named = new Set(entries.map(nameOf));
  const left = Object.keys(DEFAULT_RULES).filter((name) => !named.has(name));
  const placed = entries.flatMap((entry) => {
    if (entry !== DEFAULT) return [isObject(entry) ? { ...DEFAULT_RULES[nameOf(entry) ?? ''], ...entry } : entry];
    const name = left.shift();
    return name === undefined ? [] : [defaultRule(name)];
  });
  return [...placed, ...left.map(defaultRule)];
}

function defaultRule(name: string): unknown {
  return { name, ...DEFAULT_RULES[name] };
}

function nameOf(entry: unknown): string | undefined {
  return isObject(entry) && typeof entry.name === 'string' ? entry.name : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
