/** A heap that runs on while it is read has what is no object, or half of one: it is bounded by what can be there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { layoutOf } from '../../../agent/layout/layout.ts';
import { mappedRuns } from '../../../agent/memory/mapped-runs.ts';
import { heldOutside } from '../../../agent/walk/held-outside.ts';
import { HeapWords } from '../../../agent/walk/objects.ts';
import { type Page, pagesOf } from '../../../agent/walk/pages.ts';
import { BY_LENGTH } from '../../../agent/walk/sizes.ts';
import { steadyPages } from '../../../agent/walk/steady-pages.ts';
import { walkKinds } from '../../../agent/walk/walk-kinds.ts';
import { executableOf, memoryImage } from '../../support/memory-image.ts';
import { startPlant } from '../../support/memory-plants.ts';

const GB = 2 ** 30;

function sizeOf(pages: readonly Page[]): number {
  return pages.reduce((sum, { ranges }) => sum + ranges.reduce((bytes, [start, end]) => bytes + end - start, 0), 0);
}

test('no kind has more than its pages, whatever lengths say; no memory outside has more than is mapped', async () => {
  await using target = await startPlant('small');
  const layout = layoutOf(executableOf(target.pid));
  const seen = memoryImage(target.pid);
  const image = { ...seen, mapped: mappedRuns(readFileSync(`/proc/${target.pid}/maps`, 'utf8')) };
  const pages = pagesOf(image, layout);
  const whole = new HeapWords(image, layout, pages);
  const outside = heldOutside(whole, 1e6);
  const { u32 } = whole.memory;
  const torn: { word: number; mask: number }[] = [];
  for (const page of pages.filter(({ heap }) => heap !== 0)) {
    whole.eachObject(page, (at, map) => {
      const isSized = whole.maps.sizeKind[map] === BY_LENGTH;
      if (isSized && at % 97 === 0) torn.push({ word: 2 * at + whole.maps.field[map], mask: 0x7fff_fff0 });
    });
  }
  // the length of each tenth memory of an ArrayBuffer: 64 GB
  for (const { what, at, byteLength } of outside.filter((_, i) => i % 10 === 0)) {
    if (what !== 'buffer') continue;
    for (let word = 2 * at; word < 2 * at + 24; word += 2)
      if (u32[word] === byteLength && u32[word + 1] === 0) torn.push({ word: word + 1, mask: 16 });
  }
  assert.ok(torn.length > 100, `${torn.length} words`);
  for (const { word, mask } of torn) u32[word] |= mask;

  const heap = new HeapWords(image, layout, pages);
  for (const { heap: of, rows, outside: rowsOutside } of walkKinds(heap).isolates) {
    const mostBytes = sizeOf(pages.filter((page) => page.heap === of));
    for (const { kind, sizeBytes } of rows) assert.ok(sizeBytes <= mostBytes, `${kind}: ${sizeBytes} of ${mostBytes}`);
    for (const { kind, sizeBytes } of rowsOutside) assert.ok(sizeBytes < GB, `${kind}: ${sizeBytes}`);
  }
  assert.ok(heldOutside(heap, 1e6).every(({ byteLength }) => byteLength < GB));
});

test('what is made, moved or given back while it is copied does not count', () => {
  const page = (address: number, space: string, ranges: Page['ranges']): Page => ({
    address,
    byteLength: 100,
    flags: 0,
    heap: 7,
    isolate: 0,
    space,
    areaStart: address,
    areaEnd: address + 100,
    ranges,
    markBits: undefined,
    allocatedBytes: 0,
  });
  const old = [page(0, 'old_space', [[0, 50]]), page(100, 'old_space', [[100, 200]])];
  const young = (top: number) => page(300, 'new_space', [[300, top]]);
  const rangesOf = (pages: readonly Page[]) => pages.map(({ ranges }) => ranges);
  const later = [
    page(0, 'old_space', [
      [0, 40],
      [45, 80],
    ]),
    page(200, 'old_space', [[200, 300]]),
  ];
  assert.deepEqual(rangesOf(steadyPages([...old, young(350)], [...later, young(360)])), [
    [
      [0, 40],
      [45, 50],
    ],
    [[300, 350]],
  ]);
  // it was collected in between
  assert.deepEqual(rangesOf(steadyPages([...old, young(350)], [...old, young(320)])), [[[0, 50]], [[100, 200]]]);
});

test('rows of mappings that touch are one', () => {
  const runs = mappedRuns('1000-3000 rw-p 0 0 0\nRss: 4 kB\n3000-4000 r--p 0 0 0\n4000-9000 ---p 0 0 0\n');
  assert.deepEqual([0xfff, 0x1000, 0x3800, 0x4000].map(runs.from), [0, 0x3000, 0x800, 0]);
});
