/** What may stay in a redacted snapshot: names that occur in code, and nothing that looks like a secret. */
import { matchesGlob } from '../../protocol/glob.ts';
import type { NameUses } from './name-uses.ts';
import { PUBLIC_NAMES } from './public-names.ts';
import { secretKind } from './secret-formats.ts';

export interface RedactionRules {
  /** Names that stay whatever they look like; globs. */
  readonly keep?: readonly string[];
  /** Names that go whatever they are used for; globs, before those of `keep`. */
  readonly hide?: readonly string[];
  /** Whether numbers are replaced too, where the snapshot holds their values. Default false. */
  readonly numbers?: boolean;
}

/** A text of so few units says nothing, and is all that could distinguish its replacement. */
export const TOO_SHORT = 2;
/** Objects with a property of one name, from which on the name is a program's and not a key of its data. */
const MANY_OBJECTS = 10;
/** Digits that a name in code may have: `sha256`, `x86_64`; data that code has met has more. */
const MAX_DIGITS = 5;
/** A name as people write them in source text. */
const IDENTIFIER = /^#?[\p{ID_Start}$_][\p{ID_Continue}$]{0,63}$/u;
/** The property of a symbol, and what a symbol is called by a program: no digits. */
const SYMBOL = /^<symbol ([^>]{0,128})>$/;
const SYMBOL_NAME = /^[A-Za-z_$][A-Za-z_$.: -]{0,63}$/;
/** What V8 calls the two functions of an accessor, which only code makes. */
const ACCESSOR = /^(?:get|set) #?[A-Za-z_$][A-Za-z_$]{0,63}$/;

/** Whether the string at `index` stays as it is. */
export function stays(text: string, index: number, uses: NameUses, rules: RedactionRules): boolean {
  if (rules.hide?.some((glob) => matchesGlob(glob, text))) return false;
  if (rules.keep?.some((glob) => matchesGlob(glob, text))) return true;
  if (text.length <= TOO_SHORT) return true;
  if (uses.isNumber(index) && !uses.isName(index)) return rules.numbers !== true || !/\d/.test(text);
  return isUsedAsName(text, index, uses) && secretKind(text) === undefined;
}

function isUsedAsName(text: string, index: number, uses: NameUses): boolean {
  if (uses.isName(index)) return true;
  const properties = uses.properties(index);
  if (properties === 0) return false;
  if (PUBLIC_NAMES.has(text) || ACCESSOR.test(text)) return true;
  if (uses.isInCode(index)) return text.replaceAll(/\D/g, '').length <= MAX_DIGITS;
  const symbol = SYMBOL.exec(text);
  if (symbol) return SYMBOL_NAME.test(symbol[1]!);
  return properties >= MANY_OBJECTS && IDENTIFIER.test(text);
}
