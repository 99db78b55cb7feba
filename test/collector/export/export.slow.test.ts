/** Exports: the same sums in every format, by DuckDB, by Arrow's own reader, and by the store itself. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import { recordingLine } from '../../../collector/record/recorder.ts';
import { runCli } from '../../support/cli.ts';
import { duckdb } from '../../support/duckdb.ts';
import { partitionEvent, usageEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { openLog, START_MS } from '../../support/stored-log.ts';
import { at, partitionReading, usageReading } from '../../support/tail.ts';

/** A kind that needs quotes in CSV. */
const QUOTED = 'Session "a, b"';
const READINGS = 60;

async function store(dir: string): Promise<{ bytes: number; count: number }> {
  const { log } = await openLog(dir);
  const sums = { bytes: 0, count: 0 };
  for (let i = 0; i < READINGS; i++) {
    const takenAt = new Date(START_MS + i * 1_000).toISOString();
    const rows = Array.from({ length: 250 }, (_, k) => ({
      kind: k === 0 ? QUOTED : `Kind${k}`,
      count: k + i,
      sizeBytes: 48 * (k + i) + k,
    }));
    const count = rows.reduce((sum, row) => sum + row.count, 0);
    const sizeBytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
    log.append(partitionEvent('api', { takenAt, rows, count, sizeBytes }));
    log.append(usageEvent('api', { takenAt, heapUsedBytes: 1_000 + i }));
    sums.bytes += sizeBytes;
    sums.count += count;
  }
  await log.close();
  return sums;
}

test('DuckDB and Arrow read a store’s export, and sum what was stored', async () => {
  await using dir = await folder();
  const sums = await store(dir.path);
  const query = await duckdb();
  for (const ending of ['csv', 'arrow', 'parquet']) {
    const output = dir.join(`heap.${ending}`);
    const { code, stdout, stderr } = await runCli(['export', dir.join('heapwatch.db'), '-o', output]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${output}: ${(READINGS * (250 + 6)).toLocaleString('en-US')} rows\n`);
    if (ending === 'arrow') {
      const table = tableFromIPC(await readFile(output));
      let [bytes, count] = [0, 0];
      for (const row of table) {
        if (row.what !== 'kind') continue;
        bytes += row.bytes;
        count += row.count;
      }
      assert.deepEqual({ bytes, count }, sums);
      assert.equal(Number(table.get(0)?.taken_at), START_MS);
      continue;
    }
    const {
      rows: [row],
    } = await query(`
      SELECT sum(bytes) FILTER (what = 'kind')::DOUBLE, sum(count)::DOUBLE, epoch_ms(min(taken_at::TIMESTAMP))::DOUBLE,
             count(DISTINCT name)::DOUBLE, sum(bytes) FILTER (name = 'heapUsedBytes')::DOUBLE
      FROM '${output}'`);
    const used = READINGS * 1_000 + (READINGS * (READINGS - 1)) / 2;
    assert.deepEqual(row, [sums.bytes, sums.count, START_MS, 250 + 6, used], ending);
    const {
      rows: [quoted],
    } = await query(`SELECT count(*)::DOUBLE FROM '${output}' WHERE name = '${QUOTED}' AND probe = 'snapshot'`);
    assert.deepEqual(quoted, [READINGS]);
  }
});

test('a store in which nothing fits gives tables without rows that can be read, and says so', async () => {
  await using dir = await folder();
  await store(dir.path);
  const query = await duckdb();
  for (const ending of ['csv', 'arrow', 'parquet']) {
    const output = dir.join(`none.${ending}`);
    const { code, stdout, stderr } = await runCli([
      ...['export', dir.join('heapwatch.db'), '--target', 'nobody', '-o', output],
    ]);
    assert.deepEqual([code, stdout], [0, `${output}: 0 rows\n`]);
    assert.match(stderr, /^nothing in .*heapwatch\.db fits what is asked for$/m);
    if (ending === 'arrow') assert.equal(tableFromIPC(await readFile(output)).numRows, 0);
    else
      assert.deepEqual((await query(`SELECT count(*)::DOUBLE, count(name)::DOUBLE FROM '${output}'`)).rows, [[0, 0]]);
  }
});

test('a recording, what is left out, and what is refused', async () => {
  await using dir = await folder();
  const header = { type: 'recording', version: 1, at: at(0), heapwatch: '0.1.0', targets: ['api'] };
  const readings = [0, 10, 20].flatMap((s) => [
    usageReading(s, 2 ** 25 + s),
    partitionReading(s, { Session: s, b: 1 }),
  ]);
  const lines = [header, ...readings.flatMap((reading) => recordingLine(reading, at(0)) ?? [])];
  const path = dir.join('run.jsonl');
  await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const output = dir.join('run.csv');
  const run = await runCli(['export', path, '--kind', 'Session', '--from', at(5), '-o', output]);
  assert.equal(run.stdout, `${output}: 2 rows\n`, run.stderr);
  assert.deepEqual((await readFile(output, 'utf8')).split('\r\n'), [
    'target,isolate,taken_at,what,probe,classifier,name,samples,count,bytes,bytes_min,bytes_max',
    `api,main,${at(10)},kind,types,kind,Session,1,10,320,320,320`,
    `api,main,${at(20)},kind,types,kind,Session,1,20,640,640,640`,
    '',
  ]);
  for (const [args, code, pattern] of [
    [[path, '-o', output], 2, /it exists already, use --force/],
    [[path, '-o', dir.join('x.xlsx')], 2, /name it \.csv, \.arrow or \.parquet/],
    [[dir.join('none.db'), '-o', dir.join('x.csv')], 1, /no such file/],
    [[path, '-o', dir.join('none/x.csv')], 1, /no such file or folder/],
  ] as const) {
    const refused = await runCli(['export', ...args]);
    assert.equal(refused.code, code, refused.stderr);
    assert.match(refused.stderr, pattern);
  }
});
