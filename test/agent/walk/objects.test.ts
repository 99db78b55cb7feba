/** Every object of every page has a type and a size, and they sum to what V8 counts; on each version of Node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from '../../../agent/layout/layout.ts';
import { HeapWords } from '../../../agent/walk/objects.ts';
import { type Page, pagesOf } from '../../../agent/walk/pages.ts';
import { executableOf, memoryImage } from '../../support/memory-image.ts';
import { ALWAYS_TRIED_MAJORS, nodeBinary } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

/** What of a space's pages is in no object's reach: rests that V8 has handed out for allocation. */
function inHandBytes(pages: readonly Page[], name: string): number {
  let bytes = 0;
  for (const { space, areaStart, areaEnd, ranges } of pages) {
    if (space !== name) continue;
    bytes += areaEnd - areaStart;
    for (const [start, end] of ranges) bytes -= end - start;
  }
  return bytes;
}

for (const major of ALWAYS_TRIED_MAJORS) {
  test(`Node ${major}: sizes of objects sum to V8's used bytes, space by space`, async () => {
    await using target = await startTarget('walked', {
      nodeBinary: await nodeBinary(major),
      execArgv: ['--expose-gc'],
      inspect: false,
    });
    const used: Record<string, number> = JSON.parse((await target.line(/^still /)).slice('still '.length));
    const layout = layoutOf(executableOf(target.pid));
    const image = memoryImage(target.pid);
    const heap = new HeapWords(image, layout, pagesOf(image, layout));
    const bytes = new Map<string, number>();
    const unsized = new Set<string>();
    for (const page of heap.pages) {
      heap.eachObject(page, (_, map, words, dead) => {
        if (heap.isFree(map) || dead) return;
        if (words === 0) unsized.add(heap.layout.typeNames.get(heap.maps.type[map]) ?? `type ${heap.maps.type[map]}`);
        bytes.set(page.space, (bytes.get(page.space) ?? 0) + words * 8);
      });
    }
    assert.deepEqual([...unsized], []);
    for (const space of ['old_space', 'large_object_space', 'trusted_space']) {
      const [found, expected] = [bytes.get(space) ?? 0, used[space] ?? 0];
      // up to V8 11 its own figure counts what its other threads have in hand for allocation: that much and no more
      const inHand = major <= 20 ? inHandBytes(heap.pages, space) : 0;
      const isWithin = found <= expected * 1.005 && expected <= (found + inHand) * 1.005;
      assert.ok(isWithin, `${space}: found ${found}, in hand ${inHand}, V8 counts ${expected}`);
    }
  });
}
