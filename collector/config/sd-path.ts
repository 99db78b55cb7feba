/** Where the files of a service discovery are: `targets/*.json`. */
import { basename, dirname } from 'node:path';

export interface SdPath {
  /** Where it is relative, to the working directory. */
  readonly folder: string;
  /** Of the files' names. */
  readonly glob: string;
}

/** @throws SyntaxError for a pattern in the folder, and for files that are neither JSON nor YAML */
export function parseSdPath(path: string): SdPath {
  const [folder, glob] = [dirname(path), basename(path)];
  if (/[*?]/.test(folder)) throw new SyntaxError(`expected * in the name of the file only, got "${path}"`);
  if (/\.(?:json|ya?ml)$/.test(glob)) return { folder, glob };
  throw new SyntaxError(`expected .json, .yml or .yaml files such as targets/*.json, got "${path}"`);
}
