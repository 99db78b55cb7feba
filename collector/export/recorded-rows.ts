/** Rows of a recording: a gauge or a kind of each reading. Pure. */

import { GAUGES } from '../history/usage-lines.ts';
import type { LineOf, RecordingLine } from '../record/line.ts';
import type { ExportRow } from './row.ts';
import { isWithin, type Wanted } from './wanted.ts';

export function* recordedRows(lines: Iterable<RecordingLine>, wanted: Wanted): Iterable<ExportRow> {
  for (const line of lines) {
    if (line.type === 'usage') yield* gauges(line, wanted);
    else if (line.type === 'partition' && line.since === undefined) yield* kinds(line, wanted);
  }
}

function* gauges(line: LineOf<'usage'>, wanted: Wanted): Iterable<ExportRow> {
  const { target, isolate, takenAt } = line;
  const row = { target, isolate, atMs: Date.parse(takenAt), what: 'gauge', probe: null, by: null } as const;
  for (const name of GAUGES) {
    if (isWithin(wanted, { ...row, name })) yield { ...row, name, ...single(line[name]), count: null };
  }
}

function* kinds(line: LineOf<'partition'>, wanted: Wanted): Iterable<ExportRow> {
  const { target, isolate, takenAt, probe, by, rows } = line;
  const row = { target, isolate, atMs: Date.parse(takenAt), what: 'kind', probe, by } as const;
  for (const { kind: name, count, sizeBytes } of rows) {
    if (isWithin(wanted, { ...row, name })) yield { ...row, name, ...single(sizeBytes), count };
  }
}

function single(bytes: number): { samples: number; bytes: number; bytesMin: number; bytesMax: number } {
  return { samples: 1, bytes, bytesMin: bytes, bytesMax: bytes };
}
