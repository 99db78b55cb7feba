/** What is typed, as the JavaScript that is evaluated for it. */

export function javaScriptOf(typed: string): string {
  return awaiting(called(typed));
}

/** heapy's monitor has commands where JavaScript has calls: `sc 2` is read `sc(2)`. */
function called(code: string): string {
  return code.replace(/^\s*sc\s+(\d+)\s*$/, 'sc($1)\n');
}

/**
 * A declaration cannot be given its value later, so it waits: `const h = hp.heap()` is read `const h = await hp.heap()`. Of
 * several lines at once, as `.load` and `.editor` give them, each that begins with `hp.` or is given it waits for the one before.
 */
function awaiting(code: string): string {
  if (code.trim().includes('\n'))
    return code.replace(/^((?:(?:const|let|var)\s+)?[\w$]+\s*=\s*)?(?=hp\s*\.)/gm, '$1await ');
  return code.replace(/^(\s*(?:const|let|var)\s+[\w$]+\s*=\s*)(?=hp\s*\.)/, '$1await ');
}
