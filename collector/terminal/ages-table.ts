/** What has survived in a process, by allocation site and by when it was allocated. */
import type { Ages, SiteAges, Survivor } from '../../agent/profile/ages.ts';
import { SURVIVED_READINGS } from '../../agent/profile/ages.ts';
import { humanSize } from '../../protocol/human.ts';

/** Columns of cohorts that a line has room for; the oldest ones are put together. */
const MAX_COLUMNS = 6;

/** Survivors first, what grew most before the rest; then the other sites by size. */
export function agesTable(ages: Ages, rows: number): string {
  const survivors = ages.survivors();
  const known = new Set(survivors.map(({ site }) => site));
  const others = ages.sites.filter(({ site }) => !known.has(site));
  const head = ['Survived', 'an hour', ...columnHeads(ages.readAtMs), 'Total', 'Allocation site'];
  const lines = [...survivors, ...others].slice(0, rows).map(lineOf);
  const left = survivors.length + others.length - lines.length;
  return [
    survivors.length > 0
      ? `Survivors of ${ages.readAtMs.length} readings: allocated after the first, older than ${SURVIVED_READINGS} readings; estimated.`
      : `Nothing that was allocated after the first reading is older than ${SURVIVED_READINGS} readings.`,
    ...aligned([head, ...lines]),
    ...(left > 0 ? [`… ${left} more rows: --all or --rows N`] : []),
  ].join('\n');
}

/** The same as data: bytes, instants in ISO 8601. */
export function agesJson(ages: Ages): object {
  const survivors = new Map(ages.survivors().map((each) => [each.site, each]));
  const shown = [...survivors.values(), ...ages.sites.filter(({ site }) => !survivors.has(site))];
  return {
    readAt: ages.readAtMs.map((ms) => new Date(ms).toISOString()),
    survivedReadings: SURVIVED_READINGS,
    sites: shown,
  };
}

function lineOf(site: SiteAges | Survivor): string[] {
  const [survived, perHour] =
    'survivedBytes' in site ? [humanSize(site.survivedBytes), humanSize(site.bytesPerHour)] : ['-', '-'];
  const cohorts = columnsOf(site.cohortBytes).map((bytes) => (bytes === 0 ? '-' : humanSize(bytes)));
  return [survived, perHour, ...cohorts, humanSize(site.sizeBytes), site.site];
}

/** The youngest apart, what is older together. */
function columnsOf(cohortBytes: readonly number[]): number[] {
  const old = Math.max(0, cohortBytes.length - MAX_COLUMNS);
  const together = cohortBytes.slice(0, old + 1).reduce((sum, each) => sum + each, 0);
  return [together, ...cohortBytes.slice(old + 1)];
}

/** When each column was allocated, by the reading before which it was: `by 1`, `by 2`, … */
function columnHeads(readAtMs: readonly number[]): string[] {
  const first = Math.max(0, readAtMs.length - MAX_COLUMNS);
  return readAtMs.slice(first).map((_, at) => `by ${first + at + 1}`);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]!.length), 0));
  return rows.map((row) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column]!))).join('  '),
  );
}
