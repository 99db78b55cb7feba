/** Files of secrets and of heaps that others than their user may read: what is made anew is closed to them, what is there stays. */
import { statSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';

const OTHERS = 0o077;

/** Warns of each. */
export function warnOfLooseModes({ store, snapshots, audit, tls, auth }: Config, logger: Logger): void {
  const tokens = auth.tokens
    .flatMap(({ source, previous }) => [source, ...(previous ? [previous.source] : [])])
    .flatMap((source) => ('file' in source ? [source.file] : []));
  for (const path of [store?.path, snapshots?.dir, audit?.dir, tls?.key, ...tokens]) {
    if (path === undefined) continue;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats || (stats.mode & OTHERS) === 0) continue;
    const mode = (stats.mode & 0o777).toString(8);
    logger.warn({ path, mode }, `others may use this file: chmod ${stats.isDirectory() ? 700 : 600} closes it to them`);
  }
}
