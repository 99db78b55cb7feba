/** Where the programs of our threads are. */

/**
 * The program at `path` (without extension), seen from the file whose `import.meta.url` is `from`: the built one and,
 * where Node.js runs TypeScript, the source.
 */
export function programUrl(path: string, from: string): URL {
  const extension = from.slice(from.lastIndexOf('.'));
  return new URL(`${path}${extension}`, from);
}
