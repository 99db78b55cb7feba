/** What a mapping is used for, by a list of them as the kernel writes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usesOf } from '../../../agent/rss/area-use.ts';
import { areasOf } from '../../../agent/rss/areas.ts';

function smaps(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [range, rights, rss, flags, inode = '0', name = ''] = line.split('|').map((cell) => cell.trim());
      return `${range} ${rights} 00000000 08:01 ${inode}    ${name}\nSize: 4 kB\nRss: ${rss} kB\nSwap: 0 kB\nVmFlags: rd ${flags}\n`;
    })
    .join('');
}

test('mappings are read with what is in memory, and told apart by their neighbours', () => {
  const text = smaps([
    '00400000-00500000 | r-xp | 800 | ex | 77 | /usr/bin/node',
    '00500000-00510000 | rw-p | 40 | wr | 77 | /usr/bin/node',
    '00510000-00520000 | rw-p | 12 | wr',
    '01000000-01800000 | rw-p | 8192 | wr | 0 | [heap]',
    '3fd68f80000-3fd68fc0000 | rw-p | 256 | wr dc',
    '7f0000000000-7f0000021000 | rw-p | 40 | wr nr',
    '7f0000021000-7f0004000000 | ---p | 0 | nr',
    '7f8000000000-7f8000100000 | rw-p | 1024 | wr dc',
    '7f8000100000-7f8200000000 | ---p | 0 | dc',
    '7fa0000ff000-7fa000100000 | ---p | 0 | mr',
    '7fa000100000-7fa000900000 | rw-p | 16 | wr',
    '7fb000001000-7fb000101000 | rw-p | 1024 | wr',
    '7fc000000000-7fc000001000 | rw-s | 4 | wr | 5 | /dev/shm/queue',
    '7fd000000000-7fd000001000 | r-xp | 4 | ex | 6 | /lib/libc.so.6',
    '7ffcca586000-7ffcca5a7000 | rw-p | 72 | wr gd | 0 | [stack]',
  ]);
  const areas = areasOf(text);
  assert.equal(areas.length, 15);
  assert.deepEqual(areas[0]!.flags, new Set(['rd', 'ex']));
  assert.equal(areas[3]!.rssBytes, 8_192 * 1_024);
  assert.deepEqual(usesOf(areas, '/usr/bin/node (deleted)'), [
    ...['binary', 'binary', 'binary', 'brk', 'v8', 'arena', 'reserved', 'wasm', 'reserved', 'reserved', 'stack'],
    ...['anonymous', 'shared', 'file', 'stack'],
  ]);
  // where the kernel says where a thread's stack is, no guard page is needed
  assert.equal(usesOf(areas, '/usr/bin/node', [0x7fb000100000])[11], 'stack');
});

test('what ends in the middle of a mapping is left out', () => {
  const text = smaps(['00400000-00500000 | r-xp | 800 | ex | 77 | /usr/bin/node']);
  assert.deepEqual(areasOf(text.slice(0, 40)), []);
  assert.deepEqual(areasOf(''), []);
});
