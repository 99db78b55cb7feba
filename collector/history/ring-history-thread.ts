/** The program of ring-history.ts. */
import type { StreamEvent } from '../../protocol/events.ts';
import { answerQuestions, type HistoryQuestion, type HistoryReply } from './asked-history.ts';
import { LogHistory } from './log-history.ts';
import type { RingEvent } from './ring-history.ts';

answerQuestions((question, events: readonly RingEvent[]) => {
  const entries = events.map(({ head, bytes }) => ({
    head,
    get event() {
      return JSON.parse(Buffer.from(bytes).toString()) as StreamEvent;
    },
  }));
  return answerOf(new LogHistory({ entries }), question);
});

function answerOf(history: LogHistory, question: HistoryQuestion): Promise<HistoryReply> {
  switch (question.method) {
    case 'query':
      return history.query(question.query);
    case 'events':
      return history.events(question.query);
    case 'partitions':
      return history.partitions(question.query);
  }
}
