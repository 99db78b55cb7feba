/** Metrics cut down to some targets. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scopedText } from '../../../collector/metrics/scoped-text.ts';

const TEXT = `# HELP up Whether.
# TYPE up gauge
up{target="api"} 1
up{target="db"} 1

# HELP build Always 1.
# TYPE build gauge
build{version="1"} 1

# HELP kinds Objects.
# TYPE kinds gauge
kinds{kind="x,target=\\"api\\"",target="db"} 1
kinds{kind="{target=\\"db\\"",target="api"} 2
`;

describe('metrics within a scope', () => {
  it('are the samples of its targets, under the heads of their metrics', () => {
    assert.equal(
      scopedText(TEXT, new Set(['api'])),
      '# HELP up Whether.\n# TYPE up gauge\nup{target="api"} 1\n' +
        '# HELP kinds Objects.\n# TYPE kinds gauge\nkinds{kind="{target=\\"db\\"",target="api"} 2\n',
    );
  });

  it('are none where it has no target', () => {
    assert.equal(scopedText(TEXT, new Set()), '');
  });
});
