/** The files of the dashboard, read once: they are few and small, and what is sent is what was there at the start. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PageFile {
  readonly bytes: Buffer;
  readonly gzip: Buffer;
  /** Media type. */
  readonly type: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** By name; empty where `folder` is not there, because the dashboard was not built. */
export function readPages(folder: string): Map<string, PageFile> {
  const pages = new Map<string, PageFile>();
  for (const name of namesIn(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const bytes = readFileSync(join(folder, name));
    pages.set(name, { bytes, gzip: gzipSync(bytes, { level: 9 }), type });
  }
  return pages;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
