/** The thread in which a store's history is read: a long answer holds up no stream, and no commit. */
import { parentPort, workerData } from 'node:worker_threads';
import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import { RequestError } from '../../protocol/requests.ts';
import { type Connection, openForReading } from './database.ts';
import type { HistoryAnswer, HistoryQuestion, HistoryReply } from './history-store.ts';
import { LinePages } from './line-pages.ts';
import { StoredEvents } from './stored-events.ts';
import { StoredHistory } from './stored-history.ts';
import { StoredPartitions } from './stored-partitions.ts';

const port = parentPort!;
const path = workerData as string;
const pages = new LinePages();

port.on('message', ({ id, question }: { id: number; question: HistoryQuestion }) => {
  port.postMessage(answer(id, question));
});

/** The file is opened for each answer: it may have been put aside since the last. */
function answer(id: number, question: HistoryQuestion): HistoryAnswer {
  let db: Connection | undefined;
  try {
    db = openForReading(path);
    return { id, result: read(db, question) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, code: error instanceof RequestError ? error.code : 'internal', message };
  } finally {
    db?.close();
  }
}

function read(db: Connection, question: HistoryQuestion): HistoryReply {
  switch (question.method) {
    case 'query':
      return history(db, question.query);
    case 'events':
      return new StoredEvents(db).query(question.query);
    case 'partitions':
      return new StoredPartitions(db).query(question.query);
  }
}

function history(db: Connection, query: HistoryQuery): HistoryResult {
  const read = (wanted: HistoryQuery) => new StoredHistory(db).query(wanted);
  return query.lines ? pages.page(query, read) : read(query);
}
