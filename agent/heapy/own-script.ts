/** Which scripts are heapwatch's: those beside this file's folder. Its tests and scripts, which stand there too, are not. */
import { fileURLToPath } from 'node:url';

const ROOMS = ['agent', 'collector', 'protocol']
  .map((room) => new URL(`../../${room}/`, import.meta.url))
  .flatMap((folder) => [folder.href, fileURLToPath(folder)]);

/** @param script URL or path */
export function isOwnScript(script: string): boolean {
  return ROOMS.some((room) => script.startsWith(room));
}
