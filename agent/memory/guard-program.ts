/** The program of a guard: see guard.ts. It never signals a process but the one that it was armed for. */
import { createInterface } from 'node:readline';
import { goOn, keyedStat, type ProcessKey } from './process-state.ts';

let armed: ProcessKey | null = null;
let wentOn = false;
let deadline: NodeJS.Timeout | undefined;

// what ends the process that we guard against shall not end us
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
// the reader may have gone before its answer
process.stdout.on('error', () => {});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [word, ...numbers] = line.split(' ');
  if (word === 'arm') arm(numbers.map(Number));
  else if (word === 'disarm') disarm();
});
lines.on('close', () => {
  letGo();
  process.exit(0);
});

function arm([pid, startTicks, deadlineMs]: number[]): void {
  const key = { pid, startTicks };
  if (keyedStat(key) === null) {
    answer('gone');
    return;
  }
  armed = key;
  wentOn = false;
  deadline = setTimeout(() => {
    wentOn = armed !== null;
    letGo();
  }, deadlineMs);
  answer('armed');
}

function disarm(): void {
  armed = null;
  clearTimeout(deadline);
  answer(wentOn ? 'went on' : 'disarmed');
}

function letGo(): void {
  clearTimeout(deadline);
  if (armed !== null) goOn(armed);
  armed = null;
}

function answer(word: string): void {
  process.stdout.write(`${word}\n`);
}
