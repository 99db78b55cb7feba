/** Where the programs of our threads are. */

/** `NAME.ts` beside this file: the built one and, where Node runs TypeScript, the source. */
export function programUrl(program: string): URL {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return new URL(`./${program}${extension}`, import.meta.url);
}
