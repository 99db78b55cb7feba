/** Of an option that is given twice the last counts, also in a command whose targets are a list, where yargs gives all. */
export function lastOf<T>(given: T | readonly T[]): T {
  return Array.isArray(given) ? (given.at(-1) as T) : (given as T);
}
