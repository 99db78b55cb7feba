/** A heap whose bytes cannot be read for sure: an unknown V8, another architecture, an invariant that does not hold. Exit code 4. */
export class LayoutRefusal extends Error {
  override name = 'LayoutRefusal';

  constructor(reason: string) {
    super(`Cannot read this heap from outside: ${reason}`);
  }
}
