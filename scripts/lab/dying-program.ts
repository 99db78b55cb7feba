/**
 * A program that fills its heap within so many seconds and dies of it: `node --max-old-space-size=48 dying-program.js SECONDS`. Says `begun`.
 */

class Session {
  readonly since = Date.now();
  readonly pages: readonly number[] = Array.from({ length: 50 }, (_, i) => i + 0.5);
}

const STEP_MS = 100;
/** 40 MB in the time that it is to live, of about 600 bytes each. */
const BYTES = 40e6;
const BYTES_EACH = 600;
const livesMs = Number(process.argv[2] ?? 100) * 1_000;
const aStep = Math.ceil(((BYTES / BYTES_EACH) * STEP_MS) / livesMs);
const sessions = new Map<number, Session>();

setInterval(() => {
  for (let i = 0; i < aStep; i++) sessions.set(sessions.size, new Session());
}, STEP_MS);
process.stdout.write('begun\n');
