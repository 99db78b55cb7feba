/** What is to be read of what a target sent, and what comes of it: the same in a thread as without one. */
import { type AnswerBytes, resultOf } from '../cdp/answer.ts';
import { scriptUrls } from './census/coverage.ts';
import { type CensusRows, type CensusSlots, censusRows } from './census/rows.ts';
import { type Collection, collectionsOf } from './gc-stats/collections.ts';
import { lastOfEach } from './gc-stats/own-isolate.ts';
import { eventsIn } from './gc-stats/tracing.ts';
import { type ProfileQuestion, type ProfileReading, profileReading } from './profile-reading.ts';

export type UnreadJob =
  /** A trace's frames: the collections that decide. */
  | { readonly what: 'trace'; readonly frames: readonly Uint8Array<ArrayBuffer>[] }
  /** A sampling profile: its partition, and whose it is. */
  | ({ readonly what: 'profile' } & AnswerBytes & ProfileQuestion)
  /** All functions that have run: the addresses of the wanted scripts. */
  | ({ readonly what: 'coverage'; readonly scriptIds: readonly string[] } & AnswerBytes)
  /** A census's counts: its rows. */
  | ({ readonly what: 'census' } & CensusSlots);

interface ReadOf {
  trace: readonly Collection[];
  profile: ProfileReading;
  coverage: ReadonlyMap<string, string>;
  census: CensusRows;
}
/** What comes of a job. */
export type Read<What extends UnreadJob['what']> = ReadOf[What];

export function read(job: UnreadJob): Read<UnreadJob['what']> {
  switch (job.what) {
    case 'trace':
      return lastOfEach(collectionsOf(eventsIn(job.frames)));
    case 'profile':
      return profileReading(resultOf(job), job);
    case 'coverage':
      return scriptUrls(resultOf(job), job.scriptIds);
    case 'census':
      return censusRows(job);
  }
}
