/** The libraries that read scripts and maps, each loaded when it is first used: few ask for source maps, and all load this. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export function acorn(): typeof import('acorn') {
  return require('acorn');
}

export function scopes(): typeof import('eslint-scope') {
  return require('eslint-scope');
}

export function traceMapping(): typeof import('@jridgewell/trace-mapping') {
  return require('@jridgewell/trace-mapping');
}
