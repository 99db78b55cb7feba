/**
 * A program of the corpus, `node live-program.js SHAPE SEED LEAK_BYTES_PER_HOUR`: keeps as many Items alive as its shape has at
 * the time, and makes as many again that it drops at once. Says `begun` and when, in milliseconds since 1970; ends with its
 * standard input.
 */
import { liveShape, objectsAt } from './live-pace.ts';

const STEP_MS = 50;

class Item {
  readonly at = Date.now();
}

const [name = '', seed, leakPerHour] = process.argv.slice(2);
const shape = liveShape(name, Number(seed), Number(leakPerHour));
const kept: Item[] = [];
let dropped: Item[] = [];
const beganAtMs = Date.now();

function step(): void {
  const wanted = objectsAt(shape, Date.now() - beganAtMs);
  while (kept.length < wanted) kept.push(new Item());
  kept.length = wanted;
  dropped = Array.from({ length: 100 }, () => new Item());
  dropped.length = 0;
}

setInterval(step, STEP_MS);
step();
process.stdout.write(`begun ${beganAtMs}\n`);
process.stdin.on('end', () => process.exit()).resume();
