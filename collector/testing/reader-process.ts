/** The program of the process that reads a test's heap: it answers what reader-question.ts lists, and ends with its channel. */
import { HeapReadings } from './heap-readings.ts';
import type { Answered, Asked, ExplainQuestion, JudgeQuestion, OpenQuestion, ReadQuestion } from './reader-question.ts';

/** What a walk cannot read an inspector may. */
const UNREADABLE: ReadonlySet<string> = new Set(['AttachError', 'LayoutRefusal', 'MemoryRoomError']);
/** It is not needed for so long: another one is soon begun. */
const IDLE_MS = 10_000;

let readings: HeapReadings | undefined;
let idle = setTimeout(leave, IDLE_MS);

const HANDLERS: Readonly<Record<Asked['call'], (params: never) => Promise<unknown>>> = {
  async open(question: OpenQuestion) {
    readings = await HeapReadings.open(question);
    return readings.probe;
  },
  async begin() {
    opened().begin();
  },
  async read({ iterations }: ReadQuestion) {
    await opened().read(iterations);
  },
  async judge(question: JudgeQuestion) {
    return opened().judge(question);
  },
  async prepare() {
    await opened().prepare();
  },
  async explain(question: ExplainQuestion) {
    return await opened().explain(question);
  },
};

function opened(): HeapReadings {
  if (readings) return readings;
  throw new Error('Cannot read a heap: none has been opened');
}

function leave(): void {
  process.exit(0);
}

async function answer({ id, call, params }: Asked): Promise<void> {
  clearTimeout(idle);
  let answered: Answered;
  try {
    answered = { id, result: (await HANDLERS[call](params as never)) ?? null };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    answered = { id, error: text, unreadable: error instanceof Error && UNREADABLE.has(error.name) };
  }
  process.send?.(answered);
  idle = setTimeout(leave, IDLE_MS);
}

process.on('disconnect', leave);
process.on('message', (question: Asked) => void answer(question));
