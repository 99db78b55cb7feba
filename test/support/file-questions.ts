/** What may be asked of a snapshot file, each as text that is compared. */
import { fileFindings } from '../../agent/file/file-findings.ts';
import { filePaths } from '../../agent/file/file-path.ts';
import { fileRows } from '../../agent/file/file-rows.ts';

const tell = (): void => {};

export const FILE_QUESTIONS: Readonly<Record<string, (path: string) => Promise<string>>> = {
  kind: (path) => rows(path, ['kind']),
  several: (path) => rows(path, ['kind', 'retained', 'name', 'kind&size', 'via']),
  module: (path) => rows(path, ['module']),
  retained: (path) => rows(path, ['retained']),
  path: async (path) => JSON.stringify(await filePaths({ path, to: 'Session', most: 3, strings: true }, tell)),
  findings: async (path) => {
    const { takenAt: _, ...findings } = await fileFindings({ path, strings: true, earlier: [] }, tell);
    return JSON.stringify(findings);
  },
  cut: async (path) => JSON.stringify((await fileRows({ path, by: ['kind'], without: ['Session'] }, tell)).rows),
  since: async (path) => JSON.stringify((await fileRows({ path, by: ['kind'], before: path }, tell)).rows),
};

async function rows(path: string, by: readonly string[]): Promise<string> {
  return JSON.stringify((await fileRows({ path, by }, tell)).rows);
}
