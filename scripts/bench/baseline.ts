/** What the figures are set against: a Node that does nothing, and one that only reads the bytes. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Contender } from './contender.ts';

const BUFFER_BYTES = 256 * 1024;

/** Bare Node: its peak RSS is what every other is measured from. */
export const nothing: Contender = {
  name: 'nothing',
  title: 'bare Node, does nothing',
  prepare: async () => () => ({}),
};

/** The file through the page cache, read into one buffer and dropped: no reader can be faster. */
export const readLoop: Contender = {
  name: 'read-loop',
  title: 'readSync loop, 256 KB buffer',
  prepare: async () => (file) => {
    const buffer = new Uint8Array(BUFFER_BYTES);
    const fd = openSync(file, 'r');
    try {
      while (readSync(fd, buffer) > 0);
    } finally {
      closeSync(fd);
    }
    return {};
  },
};
