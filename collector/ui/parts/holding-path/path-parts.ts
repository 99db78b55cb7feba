/**
 * A holding path taken apart, so that its variables and scripts can stand out:
 *
 *     module /app/x.js: handle → closure handle (src/x.js:25): ctx.sessions.get({*})
 *     └ where ────────┘ └ variable                             └ variable, then the rest
 */

/** One step of the program. */
export interface PathPart {
  /** What it is: `module`, `closure`, `timer`, …; empty for what has no word of its own. */
  readonly word: string;
  /** The function, or empty. */
  readonly owner: string;
  /** The script, with its line where one is known: `src/x.js:25`; or empty. */
  readonly script: string;
  /** The variable that refers to what follows; empty where there is none, or none that has a name. */
  readonly variable: string;
  /** What is reached from there, as it is written: `.get({*})`. Of what was not understood: all of it. */
  readonly rest: string;
}

const PLACE = /^(closure|timer|immediate|await in) (.*?)(?: \(([^()]*:\d+)\))?(?:: (.*))?$/s;
const MODULE = /^module (.*?): (.*)$/s;
const VARIABLE = /^(?:ctx\.)?([\p{ID_Start}$_][\p{ID_Continue}$]*)(.*)$/su;

/** From the root to the object. */
export function pathParts(text: string): PathPart[] {
  return text.split(' → ').map(partOf);
}

/** The last that is in a script, where a person who mends it has to look: what follows it has no name of its own. */
export function holderOf(parts: readonly PathPart[]): PathPart | undefined {
  return parts.findLast(({ script, variable, word }) => script !== '' && (variable !== '' || word !== 'module'));
}

/** The last two names of a script's path: `src/x.js:25`. */
export function shortScript(script: string): string {
  return script.split('/').slice(-2).join('/');
}

function partOf(text: string): PathPart {
  const inModule = MODULE.exec(text);
  if (inModule) return { word: 'module', owner: '', script: inModule[1]!, ...reached(inModule[2]!) };
  const inPlace = PLACE.exec(text);
  if (inPlace) {
    const [, word = '', owner = '', script = '', expression = ''] = inPlace;
    return { word, owner, script, ...reached(expression) };
  }
  const property = /^global\.([\p{ID_Start}$_][\p{ID_Continue}$]*)(.*)$/su.exec(text);
  if (property) return { word: 'global', owner: '', script: '', variable: property[1]!, rest: property[2]! };
  return { word: '', owner: '', script: '', variable: '', rest: text };
}

function reached(expression: string): Pick<PathPart, 'variable' | 'rest'> {
  // a local of a function that waits has a place on its stack and no name
  if (/^local(?![\p{ID_Continue}$])/u.test(expression)) return { variable: '', rest: `a local${expression.slice(5)}` };
  const [, variable, rest] = VARIABLE.exec(expression) ?? [];
  return variable === undefined ? { variable: '', rest: expression } : { variable, rest: rest! };
}
