/** The colours of the square map: text can be read on each of them, in both themes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { hueClass, toneClass, toneSign } from '../../collector/ui/parts/square-map/cell-colour.ts';
import { projectRoot } from '../support/project.ts';

/** WCAG AA. */
const MIN_CONTRAST = 4.5;

it('text on every square has the contrast that AA asks for', () => {
  const themes = readFileSync(join(projectRoot, 'collector/ui/style/tokens.css'), 'utf8').split('}').map(tokensOf);
  const withCells = themes.filter((tokens) => tokens.has('text'));
  assert.equal(withCells.length, 3);
  for (const tokens of withCells) {
    const text = tokens.get('text')!;
    const grounds = [...tokens].filter(([name]) => name !== 'text' && name !== 'edge');
    assert.equal(grounds.length, 15);
    for (const [name, ground] of grounds) assert.ok(contrast(text, ground) >= MIN_CONTRAST, `${name} ${ground}`);
  }
});

it('a name has the same colour always, a change its step and its sign', () => {
  assert.equal(hueClass('Session'), hueClass('Session'));
  assert.match(hueClass(''), /^hue-[1-8]$/);
  assert.deepEqual([-1, -0.3, -0.001, 0, 0.2, 0.5, 0.9].map(toneClass), [
    'shrink-3',
    'shrink-1',
    'tone-0',
    'tone-0',
    'grow-1',
    'grow-2',
    'grow-3',
  ]);
  assert.deepEqual([-0.001, 0, 0.5].map(toneSign), ['▼', '', '▲']);
});

/** `--cell-…` of one rule, without the prefix. */
function tokensOf(rule: string): Map<string, string> {
  return new Map([...rule.matchAll(/--cell-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!]));
}

function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance, as WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
