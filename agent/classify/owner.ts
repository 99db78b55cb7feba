/**
 * By who owns the code that defines the node's class or, for a function, the function: its npm package, or the people and teams that
 * CODEOWNERS names for its file; stores by their owner's class. What reads CODEOWNERS is in `owners`.
 *
 *     .../node_modules/@s/b/c.js     npm:@s/b
 *     node:internal/streams/…        node:internal/streams
 *     /srv/app/src/billing/cart.ts   @acme/billing, as the last line of CODEOWNERS that matches says; several with a blank between
 *     nobody's, no script's          (no owner)
 */
import type { Heap } from '../graph/heap.ts';
import { ownersInUse } from '../owners/in-use.ts';
import type { Columns } from '../parse/columns.ts';
import { kindsByScript } from './naming/by-script.ts';
import type { Classification, Classifier } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';
import { scriptPath } from './naming/script-name.ts';
import { scriptUrls } from './naming/scripts.ts';

/** What nobody is named for. */
export const NO_OWNER = '(no owner)';

export const owner: Classifier = {
  by: 'owner',
  header: 'Owner',
  isPassing: true,
  classify,
};

function classify({ columns }: Heap): Classification {
  const kinds = new Kinds();
  const none = kinds.of(NO_OWNER);
  const kindOfScript = new Map(
    Array.from(scriptOwners(columns), ([id, text]) => [id, text === undefined ? none : kinds.of(text)]),
  );
  return { kindOf: kindsByScript(columns, kindOfScript, none), kinds: kinds.texts };
}

/** Who owns each script, by the id that sites have. */
function scriptOwners(columns: Columns): Map<number, string | undefined> {
  const owners = ownersInUse();
  const bundles = columns.bundleOfFile;
  return new Map(
    Array.from(scriptUrls(columns), ([id, url]) => {
      const path = scriptPath(url);
      return [id, owners.of(path, scriptPath(bundles?.get(id) ?? url))];
    }),
  );
}
