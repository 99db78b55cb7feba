#!/usr/bin/env node
/**
 * The file that the command `heapwatch` is: any Node can read it, and says which one is needed instead of what it cannot read
 * of the rest. The rest is main.ts.
 */

/** As `engines` in package.json has it. */
const LEAST = [20, 19];
/** As in terminal/exit.ts, which an old Node may not be able to read. */
const FAILED = 1;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < LEAST[0]! || (major === LEAST[0]! && minor < LEAST[1]!)) {
  process.stderr.write(
    `heapwatch: Cannot run on Node ${process.versions.node}: it needs Node ${LEAST.join('.')} or newer; targets may be Node 18\n`,
  );
  process.exitCode = FAILED;
} else {
  void import('./main.ts');
}
