import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scriptUrls } from '../../../agent/classify/naming/scripts.ts';
import { elementName, nativeWord } from '../../../agent/classify/naming/words.ts';
import { graph } from '../../support/snapshot-text.ts';

/** The URL of the script of one function, whose script's node is as `script` says. */
function urlBy(script: string, edge = 'script'): string | undefined {
  const spec = `0>1 1:closure:f 1@7:0:0 1>2:internal:shared 2:code:'' 2>3:internal:${edge} ${script}`;
  return scriptUrls(graph(spec)).get(7);
}

describe('scriptUrls', () => {
  it('finds the script by its name, by what is behind V8 15’s words, or by the edge that leads to its name', () => {
    assert.equal(urlBy("3:code:'file:///a.js'"), 'file:///a.js');
    assert.equal(urlBy("3:code:'file:///a.js'", 'script_or_debug_info'), 'file:///a.js');
    assert.equal(urlBy("3:code:'system / Script / file:///a.js'"), 'file:///a.js');
    assert.equal(urlBy("3:code:'system / Script' 3>4:internal:name 4:string:'file:///a.js'"), 'file:///a.js');
  });

  it('has none for evaluated text, and for what is no script', () => {
    assert.equal(urlBy("3:code:''"), undefined);
    assert.equal(urlBy("3:code:'system / Script'"), undefined);
    assert.equal(urlBy("3:code:'system / Script' 3>4:internal:name 4:native:undefined"), undefined);
    assert.equal(urlBy("3:code:'system / DebugInfo'"), undefined);
  });
});

describe('nativeWord', () => {
  it('tells V8’s own nodes from memory outside its heap', () => {
    const words = ['system / JSArrayBufferData', 'system / Map', 'system / Cell', 'undefined', 'Node / Context', ''];
    const expected = ['data of ArrayBuffer', 'hidden class', '(system)', '(system)', 'native Node / Context', 'native'];
    assert.deepEqual(words.map(nativeWord), expected);
  });

  it('has one kind for all elements of a name', () => {
    const names = ['<div id="a" class="b">', '<div>', 'Detached <x-y z>', '<a', 'Text'];
    assert.deepEqual(names.map(elementName), ['<div>', '<div>', 'Detached <x-y>', '<a', 'Text']);
  });
});
