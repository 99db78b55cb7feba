/** The program of the thread that holds one snapshot file, read at the first question, and answers questions about it. */

import { fileColumns } from '../file/file-columns.ts';
import { converse, jobOf, type Reply } from '../threads/conversation.ts';
import { Exploration, type FileQuestion } from './exploration.ts';
import type { ExploreJob } from './explore-job.ts';

const { path, strings } = jobOf<ExploreJob>();
let exploration: Promise<Exploration> | undefined;

converse({
  async answer(question: FileQuestion): Promise<Reply> {
    exploration ??= read();
    return { result: (await exploration).answer(question) };
  },

  async findings({ target }: { readonly target: string }): Promise<Reply> {
    exploration ??= read();
    return { result: (await exploration).findings(target) };
  },
});

async function read(): Promise<Exploration> {
  const { columns } = await fileColumns(path, () => {});
  return new Exploration(columns, { strings });
}
