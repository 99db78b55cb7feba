/** The version of this package, as its package.json says. */
import { createRequire } from 'node:module';
import { z } from 'zod';

const require = createRequire(import.meta.url);

/** `0.1.0` */
export const { version } = z.object({ version: z.string() }).parse(require('heapwatch/package.json'));
