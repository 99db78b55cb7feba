/** A reporter of node:test that prints the test files of a run that failed, a line each, as test.sh reads them. */
import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';

type Told = { type: string; data: { file?: string } };

export default async function* failedFiles(events: AsyncIterable<TestEvent | Told>): AsyncGenerator<string> {
  const failed = new Set<string>();
  for await (const { type, data } of events as AsyncIterable<Told>) {
    if (type !== 'test:fail' || data.file === undefined || failed.has(data.file)) continue;
    failed.add(data.file);
    yield `${relative('', data.file)}\n`;
  }
}
