/** The price books of all isolates that were probed from here: they outlast an attachment, as the process does. */
import type { Identity } from '../attach/identity.ts';
import { PriceBook } from './book.ts';

const books = new Map<string, PriceBook>();
/** Beyond it the oldest is forgotten, and its isolate priced as one that is not known. */
const MAX_BOOKS = 10_000;

export function bookOf(
  { key, nodeVersion, isInside = false }: Pick<Identity, 'key' | 'nodeVersion' | 'isInside'>,
  isolate: string,
): PriceBook {
  const name = `${key} ${isolate}`;
  const known = books.get(name);
  if (known) return known;
  if (books.size === MAX_BOOKS) books.delete(books.keys().next().value as string);
  const book = new PriceBook(nodeVersion, isInside);
  books.set(name, book);
  return book;
}
