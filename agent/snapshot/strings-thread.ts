/** The program of the thread that reads the strings of a file while another one is read (file-since.ts). */
import type { StringBlocks } from '../heap/strings.ts';
import { hashedStringsOf } from '../partition/since-edgeless.ts';
import { RegularFile } from './file-reader.ts';
import { serve } from './thread.ts';

export interface StringsJob {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface PackedStrings {
  readonly blocks: StringBlocks;
  readonly hashes: Uint32Array;
}

serve<StringsJob, never, PackedStrings>(
  async ({ path, sizeBytes }) => {
    using file = new RegularFile(path);
    const { strings, hashes } = hashedStringsOf({ read: file.readAt, sizeBytes });
    return { blocks: strings.blocks, hashes };
  },
  ({ blocks, hashes }) => [hashes, ...blocks.text, ...blocks.starts].map((array) => array.buffer as ArrayBuffer),
);
