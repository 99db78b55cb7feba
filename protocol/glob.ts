/** The stream's globs: `*` stands for any run of characters, `?` for any one; every other character for itself. */

/**
 * Whether `glob` matches the whole of `name`. Takes at most glob.length × name.length steps, whatever a client sends:
 * of the stars, only the last one met is ever tried again.
 */
export function matchesGlob(glob: string, name: string): boolean {
  let g = 0;
  let n = 0;
  let star = -1;
  let starEnd = 0;
  while (n < name.length) {
    if (glob[g] === '*') {
      star = g++;
      starEnd = n;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === name[n])) {
      g++;
      n++;
    } else if (star >= 0) {
      // let the last star take one character more
      g = star + 1;
      n = ++starEnd;
    } else {
      return false;
    }
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}
