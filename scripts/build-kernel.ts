/**
 * Compiles the kernel for a snapshot's numbers into WebAssembly, beside what loads it; `npm run build` runs it after the
 * compiler.
 *
 *     agent/parse/kernel/numbers.as.ts ─ AssemblyScript ─> dist/agent/parse/kernel/numbers.wasm
 */
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** The memory is as large as numbers.as.ts draws it, and stays so. */
const MEMORY_PAGES = '10';

const root = fileURLToPath(new URL('../../', import.meta.url));

const { error, stderr } = await asc.main([
  'agent/parse/kernel/numbers.as.ts',
  '--baseDir',
  root,
  '--outFile',
  'dist/agent/parse/kernel/numbers.wasm',
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--initialMemory',
  MEMORY_PAGES,
  '--maximumMemory',
  MEMORY_PAGES,
]);
if (error) throw new Error(`Cannot build the kernel: ${error.message}\n${stderr.toString()}`);
