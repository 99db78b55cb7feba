/** The version of this package, as its package.json says. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** `0.1.0` */
export const { version }: { version: string } = require('heapwatch/package.json');
