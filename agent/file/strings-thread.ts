/** The program of the thread that reads the strings of a file while another one is read (file-since.ts). */
import type { StringBlocks } from '../parse/strings.ts';
import { hashedStringsOf } from '../partition/since-edgeless.ts';
import { serve } from '../threads/thread.ts';
import { RegularFile } from './file-reader.ts';

export interface StringsJob {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface PackedStrings {
  readonly blocks: StringBlocks;
  readonly hashes: Uint32Array;
  readonly begin: number;
}

serve<StringsJob, never, PackedStrings>(
  async ({ path, sizeBytes }) => {
    using file = new RegularFile(path);
    const { strings, hashes, begin } = hashedStringsOf({ read: file.readAt, sizeBytes });
    return { blocks: strings.blocks, hashes, begin };
  },
  ({ blocks, hashes }) => [hashes, ...blocks.text, ...blocks.starts].map((array) => array.buffer as ArrayBuffer),
);
