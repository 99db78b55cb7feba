/** The fields of an annotation: `{{kind}} in {{target}} grew by {{delta}}`. */

/** Every field that there is, with an example for people. */
export const FIELDS = {
  rule: 'SessionLeak',
  target: 'api',
  isolate: 'main',
  kind: 'Session',
  value: '12,345',
  before: '11,345',
  delta: '1,000',
  slope: '5.1 MB/h',
  within: '10m',
  limit: '512 MB',
  timeToLimit: '40 min (30 to 55 min)',
  cause: 'Session',
  heldBy: 'module src/a.js: sessions',
} as const;
export type Field = keyof typeof FIELDS;

const MARK = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** What a template names that is no field; empty where all is well. */
export function unknownFields(template: string): string[] {
  return [...template.matchAll(MARK)].map(([, name = '']) => name).filter((name) => !Object.hasOwn(FIELDS, name));
}

/** Those that only evidence tells: they are filled in when an alert is said (renderLate). */
const LATE: ReadonlySet<string> = new Set(['cause', 'heldBy'] satisfies Field[]);

/** The text with its fields filled in but for the late ones; one that does not apply is `-`. */
export function render(template: string, values: Readonly<Partial<Record<Field, string>>>): string {
  return template.replaceAll(MARK, (mark, name: Field) => (LATE.has(name) ? mark : (values[name] ?? '-')));
}

/** The text with its late fields filled in too; one that does not apply, or is not known yet, is `-`. */
export function renderLate(text: string, values: Readonly<Partial<Record<Field, string>>>): string {
  return text.replaceAll(MARK, (mark, name: Field) => (LATE.has(name) ? (values[name] ?? '-') : mark));
}
