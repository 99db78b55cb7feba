/**
 * A CODEOWNERS file as GitHub documents it: who owns a path of a repository. The last line that matches decides.
 *
 *     *                     every file
 *     *.sql  config/        a file, or a folder with all that is below it, at any depth: no slash but at the end
 *     /app  app/web         the same from the root on: a slash at the start or in the middle
 *     docs/*                files right in docs, not those below
 *     docs/**  ** /logs     folders in between, any number of them (without the blank)
 *     /app/generated        and no owner after it: nobody's
 *     my\ file.ts           a backslash takes the sign after it as it is
 *
 * What GitHub does not read in such a file is not read here: `!`, `[`, a `\#` at the start, and owners that are none.
 */

/** GitHub reads no larger file. */
export const MAX_OWNERS_BYTES = 3 * 2 ** 20;
const MAX_LINES = 50_000;
const MAX_PATTERN = 1_024;

interface OwnerRule {
  readonly segments: readonly string[];
  readonly owners: readonly string[];
}

export class CodeOwners {
  /** The last line first. */
  readonly #rules: readonly OwnerRule[];

  /** Never throws: a line that is none is left out, as GitHub does. */
  constructor(text: string) {
    this.#rules = text
      .split(/\r?\n/, MAX_LINES)
      .flatMap((line) => ruleOf(line) ?? [])
      .reverse();
  }

  /** Owners of a file, as they are written; none where nobody owns it. @param path from the repository's root on, without a slash before it */
  of(path: string): readonly string[] {
    const segments = path.split('/');
    return this.#rules.find((rule) => matchesSegments(rule.segments, segments))?.owners ?? [];
  }
}

const ANY_FOLDERS = '**';
const ANY_NAME = '*';

function ruleOf(line: string): OwnerRule | undefined {
  const [pattern, ...owners] = wordsOf(line);
  if (pattern === undefined || pattern.length > MAX_PATTERN || /^!|^\\#|(?<!\\)\[/.test(pattern)) return undefined;
  if (!owners.every(isOwner)) return undefined;
  return { segments: segmentsOf(pattern), owners };
}

/** Up to a comment; a blank after a backslash belongs to its word. */
function wordsOf(line: string): string[] {
  const words = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return comment < 0 ? words : words.slice(0, comment);
}

/** `@user`, `@organization/team`, or an address. */
function isOwner(word: string): boolean {
  return /^@[\w.-]+(?:\/[\w.-]+)?$/.test(word) || /^[^\s@]+@[^\s@]+$/.test(word);
}

/** From the root on, with what may stand before and after it; a backslash is kept, for the signs after it. */
function segmentsOf(pattern: string): string[] {
  const isFolder = pattern.endsWith('/');
  const parts = pattern.split('/').filter((part) => part !== '');
  const isAnchored = pattern.startsWith('/') || parts.length > 1;
  const before = isAnchored ? [] : [ANY_FOLDERS];
  const last = parts.at(-1);
  // a name stands for a file and for a folder; a lone star for files, and for folders only where a slash says so
  const isAll = last === ANY_FOLDERS;
  const inside = isFolder && !isAll ? [ANY_NAME, ANY_FOLDERS] : [];
  const below = isFolder || last === ANY_NAME ? [] : [ANY_FOLDERS];
  const whole = isAll ? [...parts.slice(0, -1), ANY_NAME, ANY_FOLDERS] : [...parts, ...inside, ...below];
  return [...before, ...whole];
}

/** One place to come back to is enough for each of the two: what a later star takes an earlier one need not. */
function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  return matches(pattern, path, (part) => part === ANY_FOLDERS, matchesName);
}

function matchesName(pattern: string, name: string): boolean {
  return matches(
    signsOf(pattern),
    [...name],
    (sign) => sign === '*',
    (sign, character) => sign === '?' || sign === character || (sign.length > 1 && sign.slice(1) === character),
  );
}

/** `a\*b*` is `a`, `\*`, `b`, `*`. */
function signsOf(pattern: string): string[] {
  return pattern.match(/\\.|[^\\]|\\$/gsu) ?? [];
}

function matches<P, T>(
  pattern: readonly P[],
  text: readonly T[],
  isStar: (part: P) => boolean,
  fits: (part: P, of: T) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  let i = 0;
  while (i < text.length) {
    const part = pattern[at];
    if (at < pattern.length && isStar(part!)) {
      star = at++;
      resumeAt = i;
    } else if (at < pattern.length && fits(part!, text[i]!)) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resumeAt;
    } else return false;
  }
  while (at < pattern.length && isStar(pattern[at]!)) at++;
  return at === pattern.length;
}
