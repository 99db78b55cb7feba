import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { layoutOf } from '../../../agent/layout/layout.ts';
import { CoreMemory } from '../../../agent/memory/core-memory.ts';
import type { MemoryImage } from '../../../agent/memory/image.ts';
import { ProcessMemory } from '../../../agent/memory/process-memory.ts';
import { isStopped } from '../../../agent/memory/process-state.ts';
import { PAGE_BYTES } from '../../../agent/memory/regions.ts';
import { pagesOf } from '../../../agent/walk/pages.ts';
import { coreOf, noGcore } from '../../support/core-file.ts';
import { folder } from '../../support/folder.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';
import { until } from '../../support/until.ts';

/** The bytes of a run of addresses; undefined where no region has all of them. */
function bytesAt({ buffer, regions }: MemoryImage, address: number, byteLength: number): Uint8Array | undefined {
  const region = regions.find(
    (each) => address >= each.startAddress && address + byteLength <= each.startAddress + each.byteLength,
  );
  return region && new Uint8Array(buffer, region.byteOffset + address - region.startAddress, byteLength);
}

/** What a page that was never written, or is guarded, reads as. */
const NOTHING = new Uint8Array(PAGE_BYTES);

describe('core files', { skip: noGcore }, () => {
  for (const major of TRIED_MAJORS) {
    it(`of Node ${major} hold the pages of V8's that the process has, and no others`, async () => {
      await using target = await startTarget('churn', { inspect: false, nodeBinary: await nodeBinary(major) });
      await target.line(/ready/);
      target.kill('SIGSTOP');
      await until(() => isStopped(target.pid));
      await using dir = await folder();
      await using memory = ProcessMemory.open(target.pid);
      const { image: live } = await memory.read({ stop: true });
      using core = CoreMemory.open(await coreOf(target.pid, dir.path));
      assert.equal(core.process.pid, target.pid);
      assert.equal(core.executable.buildId, memory.executable.buildId);
      const image = await core.read();
      const layout = layoutOf(memory.executable);
      const pages = pagesOf(live, layout);
      assert.ok(pages.length > 10);
      assert.deepEqual(pagesOf(image, layout), pages);
      for (const { address, byteLength } of pages) {
        for (let at = address; at < address + byteLength; at += PAGE_BYTES) {
          const there = bytesAt(live, at, PAGE_BYTES) ?? NOTHING;
          assert.equal(Buffer.compare(bytesAt(image, at, PAGE_BYTES) ?? NOTHING, there), 0, at.toString(16));
        }
      }
      for (const { startAddress, byteLength } of image.regions) {
        assert.ok(
          live.regions.some(
            (each) =>
              startAddress < each.startAddress + each.byteLength && each.startAddress < startAddress + byteLength,
          ),
        );
      }
      const [{ startAddress }] = image.regions;
      assert.equal(image.outside(startAddress, 64)?.length, 64);
      assert.equal(image.outside(0, 8), undefined);
      const code = core.executable.sections.find(({ name }) => name === '.rodata')!;
      assert.equal(image.outside(code.address + core.executable.loadBias, 64)?.length, 64);
    });
  }

  it('cut short, of another build, without their executable or of another program are refused in one line', async () => {
    await using target = await startTarget('puppet', { inspect: false });
    await target.line(/ready/);
    await using dir = await folder();
    const core = await coreOf(target.pid, dir.path);
    const other = await nodeBinary(process.version.startsWith('v24.') ? 26 : 24);
    const refused = (path: string, exe: string | undefined, message: RegExp) =>
      assert.throws(
        () => CoreMemory.open(path, exe === undefined ? {} : { exe }),
        (error: Error) => {
          assert.equal(error.name, 'CoreFileError');
          assert.match(error.message, message);
          return !error.message.includes('\n');
        },
      );
    refused(
      core,
      other,
      /^Cannot read \S+: \S+ is not the executable that it was written by: build [0-9a-f]{40}, expected /,
    );
    refused(core, '/bin/sh', /its executable \/bin\/sh is not Node\.js$/);
    refused(core, dir.join('absent'), /absent cannot be opened here \(ENOENT\), give it \(--exe FILE\)$/);
    refused(process.execPath, undefined, /it is an ELF file, but no core file$/);
    writeFileSync(dir.join('text'), 'no core file at all, only a text of some length that says so, twice');
    refused(dir.join('text'), undefined, /it is no ELF file$/);
    writeFileSync(dir.join('packed'), Buffer.concat([Buffer.from('28b52ffd', 'hex'), Buffer.alloc(100)]));
    refused(dir.join('packed'), undefined, /a packed one, unpack it first/);
    writeFileSync(dir.join('empty'), '');
    refused(dir.join('empty'), undefined, /it ends before its ELF header, it was cut short$/);
    const fd = openSync(core, 'r+');
    ftruncateSync(fd, Math.floor(statSync(core).size / 2));
    closeSync(fd);
    refused(core, undefined, /it was cut short|it ends before/);
  });
});
