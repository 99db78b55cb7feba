/** The notebook of the documents: each of its questions, asked of an export by a real DuckDB, is answered as it stands there. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordingLine } from '../../../collector/record/recorder.ts';
import { runCli } from '../../support/cli.ts';
import { type Answer, duckdb } from '../../support/duckdb.ts';
import { folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';
import { at, partitionReading, usageReading } from '../../support/tail.ts';

const PAGE = join(projectRoot, 'docs/notebook.md');
const STEP_S = 300;
const STEPS = 48;
const DEPLOYED = 24;

/** Four hours: Sessions leak until a deployment mends it, a cache fills, strings come and go. */
function recorded(): string {
  const header = { type: 'recording', version: 1, at: at(0), heapwatch: '0.1.0', targets: ['api'] };
  const lines: object[] = [header];
  for (let step = 0; step < STEPS; step++) {
    const counts = {
      Session: 100 + 500 * Math.min(step, DEPLOYED),
      Entry: Math.min(5_000, 400 * step),
      string: 20_000 + 1_000 * (step % 4),
    };
    const heapBytes = 2 ** 24 + 32 * Object.values(counts).reduce((sum, count) => sum + count, 0);
    for (const reading of [usageReading(step * STEP_S, heapBytes), partitionReading(step * STEP_S, counts)]) {
      lines.push(...[recordingLine(reading, at(0)) ?? []].flat());
    }
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Columns aligned, numbers to the right. */
function table({ columns, rows }: Answer): string {
  const cells = [columns, ...rows.map((row) => row.map((value) => (value === null ? '' : String(value))))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  const isText = (at: number) => rows.some((row) => typeof row[at] === 'string');
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (isText(at) ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  ');
  return cells.map((row) => line(row).trimEnd()).join('\n');
}

test('DuckDB answers every question of the notebook as it says', async () => {
  await using dir = await folder();
  const [recording, output] = [dir.join('run.jsonl'), dir.join('heap.parquet')];
  await writeFile(recording, recorded());
  const { code, stderr } = await runCli(['export', recording, '-o', output]);
  assert.equal(code, 0, stderr);
  const query = await duckdb();
  const page = await readFile(PAGE, 'utf8');
  const cells = [...page.matchAll(/^```sql\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm)];
  assert.ok(cells.length >= 5);
  let expected = page;
  for (const [cell, sql] of cells) {
    const answer = table(await query(sql!.replaceAll("'heap.parquet'", `'${output}'`)));
    expected = expected.replace(cell, () => `\`\`\`sql\n${sql}\`\`\`\n\n\`\`\`text\n${answer}\n\`\`\``);
  }
  if (process.env.UPDATE_GOLDEN === '1') await writeFile(PAGE, expected);
  assert.equal(page, expected);
});
