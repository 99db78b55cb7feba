/** The history of a collector with a store. */
import { programUrl } from '../../agent/threads/program.ts';
import { AskedHistory } from '../history/asked-history.ts';

/** `history-thread.ts`: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = programUrl('./history-thread', import.meta.url);

export class HistoryStore extends AskedHistory<string> {
  /** @param path of the store's file. */
  constructor(path: string) {
    super(PROGRAM, () => path);
  }
}
