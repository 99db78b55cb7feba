/** The thread in which a store's history is read: a long answer holds up no stream, and no commit. */

import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import { answerQuestions, type HistoryQuestion, type HistoryReply } from '../history/asked-history.ts';
import { type Connection, openForReading } from './database.ts';
import { LinePages } from './line-pages.ts';
import { StoredEvents } from './stored-events.ts';
import { StoredHistory } from './stored-history.ts';
import { StoredPartitions } from './stored-partitions.ts';

const pages = new LinePages();

/** The file is opened for each answer: it may have been put aside since the last. */
answerQuestions((question, path: string) => {
  const db = openForReading(path);
  try {
    return read(db, question);
  } finally {
    db.close();
  }
});

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
