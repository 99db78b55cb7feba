import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { MemoryImage } from '../../../agent/memory/image.ts';
import { ProcessMemory } from '../../../agent/memory/process-memory.ts';
import { isStopped } from '../../../agent/memory/process-state.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget, type Target } from '../../support/target.ts';
import { until } from '../../support/until.ts';

const BASE = 2 ** 52;
const COLUMN = 200_000;

/** The column of test/fixtures/churn.mjs in an image: garbage that a collection left may look like it, but is not as long. */
function columnIn({ buffer, regions }: MemoryImage): Float64Array {
  for (const { byteOffset, byteLength } of regions) {
    const doubles = new Float64Array(buffer, byteOffset, byteLength / 8);
    const first = doubles.findIndex((each, at) => isOurs(each) && isOurs(doubles[at + COLUMN - 1]));
    if (first >= 0) return doubles.slice(first, first + COLUMN);
  }
  throw new Error('Cannot find the column of churn.mjs in the image');
}

function isOurs(value: number): boolean {
  return value >= BASE && value < BASE + 2 ** 31;
}

/** How often a number differs from the one before it; 1 at any one moment, at the place that is being written. */
function steps(column: Float64Array): number {
  let found = 0;
  for (let at = 1; at < column.length; at++) if (column[at] !== column[at - 1]) found++;
  return found;
}

async function rounds(target: Target): Promise<number> {
  target.send('?\n');
  return Number((await target.line(/^rounds /)).split(' ')[1]);
}

async function churning(nodeBinary?: string, megabytes = 0): Promise<Target> {
  const target = await startTarget('churn', {
    inspect: false,
    args: [`${megabytes}`],
    ...(nodeBinary !== undefined && { nodeBinary }),
  });
  await target.line(/ready/);
  return target;
}

describe('reading the memory of a process', () => {
  for (const major of TRIED_MAJORS) {
    it(`gives V8's pages of one moment while Node ${major} allocates, and lets it go on`, async () => {
      await using target = await churning(await nodeBinary(major));
      await using memory = ProcessMemory.open(target.pid);
      for (let time = 0; time < 3; time++) {
        const before = await rounds(target);
        const { image, moment, stoppedMs, copiedBytes, lostBytes } = await memory.read({ stop: true });
        assert.equal(moment, 'stopped');
        assert.equal(lostBytes, 0);
        assert.ok(stoppedMs > 0 && copiedBytes > 5e6, `${stoppedMs} ms, ${copiedBytes} bytes`);
        assert.ok(steps(columnIn(image)) <= 1);
        assert.ok((await rounds(target)) > before);
      }
    });
  }

  it('reads regions that ascend, and each byte of them as it is there', async () => {
    await using target = await churning();
    await using memory = ProcessMemory.open(target.pid);
    target.kill('SIGSTOP');
    await until(() => isStopped(target.pid));
    const { image, moment, stoppedMs } = await memory.read({ stop: true });
    assert.equal(moment, 'found stopped');
    assert.equal(stoppedMs, 0);
    let end = 0;
    for (const { startAddress, byteLength, byteOffset } of image.regions) {
      assert.ok(startAddress >= end && byteLength > 0 && byteOffset % 8 === 0);
      end = startAddress + byteLength;
      const there = image.outside(startAddress, byteLength);
      assert.ok(there && Buffer.compare(there, new Uint8Array(image.buffer, byteOffset, byteLength)) === 0);
    }
    assert.equal(image.outside(0, 8), undefined);
  });

  it('leaves a process stopped that it found so', async () => {
    await using target = await churning();
    await using memory = ProcessMemory.open(target.pid);
    target.kill('SIGSTOP');
    await until(() => isStopped(target.pid));
    await memory.read({ stop: true });
    await memory.read({ stop: false });
    assert.ok(isStopped(target.pid));
    target.kill('SIGCONT');
    assert.ok((await rounds(target)) > 0);
  });

  it('reads without stopping', async () => {
    await using target = await churning();
    await using memory = ProcessMemory.open(target.pid);
    const { image, moment, stoppedMs } = await memory.read({ stop: false });
    assert.equal(moment, 'running');
    assert.equal(stoppedMs, 0);
    assert.equal(columnIn(image).length, COLUMN);
  });

  it('uses none of its memory', async () => {
    await using target = await churning(undefined, 100);
    target.kill('SIGSTOP');
    await until(() => isStopped(target.pid));
    const resident = () => statmOf(target.pid);
    const before = resident();
    await using memory = ProcessMemory.open(target.pid);
    for (let time = 0; time < 3; time++) await memory.read({ stop: true });
    assert.equal(resident(), before);
  });

  it('copies 100 MB in several threads as in one', async () => {
    await using target = await churning(undefined, 100);
    await using memory = ProcessMemory.open(target.pid);
    const { image, copiedBytes } = await memory.read({ stop: true });
    assert.ok(copiedBytes > 100e6);
    assert.ok(steps(columnIn(image)) <= 1);
    const whole = new Float64Array(image.buffer);
    for (const value of [0.5, 199.5, 399.5]) assert.ok(whole.indexOf(value) >= 0);
  });

  it('says that it ended while it was read, stopped or running', async () => {
    for (const stop of [true, false]) {
      await using target = await churning(undefined, 20);
      await using memory = ProcessMemory.open(target.pid);
      await memory.read({ stop });
      const reading = (async () => {
        for (;;) await memory.read({ stop });
      })();
      target.kill('SIGKILL');
      await assert.rejects(reading, {
        name: 'DetachedError',
        message: `Cannot read memory of pid:${target.pid}: it ended while it was read`,
      });
    }
  });

  it('knows the file that holds V8', async () => {
    await using target = await churning();
    await using memory = ProcessMemory.open(target.pid);
    const { executable } = memory;
    assert.equal(executable.path, process.execPath);
    assert.match(executable.buildId ?? '', /^[0-9a-f]{40}$/);
    const symbols = executable.sections.findIndex(({ name }) => name === '.dynsym');
    let end = 0;
    executable.eachPiece(symbols, (piece, from) => {
      assert.ok(from <= end);
      end = from + piece.byteLength;
    });
    assert.equal(end, executable.sections[symbols].byteLength);
    const data = executable.sections.find(({ name }) => name === '.rodata')!;
    assert.equal(executable.at(data.address, 16)?.length, 16);
    assert.equal(executable.at(8, 2 ** 40), undefined);
  });
});

function statmOf(pid: number): string {
  return readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1];
}
